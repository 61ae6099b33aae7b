from django.urls import path

from hemei.core.doors import pages_of, signed_in
from hemei.programmes.control.views import clauses, editing, here, kinds, layers, plan, previews, rules, screenings

staff = pages_of("control")

urlpatterns = [
    path("", signed_in(layers.listing), name="control"),
    staff("layers/add/", layers.add, "layer_add"),
    staff("layers/<int:pk>/", layers.detail, "layer"),
    staff("layers/<int:pk>/withdraw/", layers.withdraw, "layer_withdraw"),
    staff("rules/", rules.listing, "rules"),
    staff("rules/add/", editing.add, "rule_add"),
    staff("previews/<int:asked>/", previews.detail, "preview"),
    staff("previews/<int:asked>/keep/", previews.keep, "preview_keep"),
    staff("previews/<int:asked>/again/", previews.again, "preview_again"),
    staff("previews/<int:asked>/drop/", previews.drop, "preview_drop"),
    staff("previews/<int:asked>/<int:z>/<int:x>/<int:y>.mvt", previews.tile, "preview_tile"),
    staff("rules/changes/", rules.changes, "law_changes"),
    staff("rules/circle/", kinds.circle, "circle"),
    staff("rules/steep/", kinds.steep, "steep"),
    staff("clauses/", clauses.listing, "clauses"),
    staff("clauses/repeal/", clauses.repeal, "repeal"),
    staff("rules/layers/add/", kinds.add, "layer_kind_add"),
    staff("rules/layers/<str:layer>/", kinds.change, "layer_kind"),
    staff("rules/<str:rule>/clauses/", editing.further, "rule_clauses"),
    staff("rules/<str:rule>/", rules.detail, "rule"),
    staff("rules/<str:rule>/change/", editing.change, "rule_change"),
    staff("plan/", plan.listing, "plan"),
    staff("plan/ceiling/", plan.ceiling, "ceiling"),
    staff("plan/<slug:table>/<int:number>/", plan.row, "plan_row"),
    staff("spot/", here.here, "here"),
    staff("tiles/<int:z>/<int:x>/<int:y>.mvt", here.tile, "tile"),
    path("here/", here.open_here, name="control.open_here"),
    path("here/<int:z>/<int:x>/<int:y>.mvt", here.open_tile, name="control.open_tile"),
    staff("screenings/", screenings.listing, "screenings"),
    staff("screenings/start/", screenings.start, "screen"),
    staff("screenings/<int:pk>/", screenings.detail, "run"),
    staff("screenings/<int:pk>/progress/", screenings.progress, "run_progress"),
    staff("findings/", screenings.findings, "findings"),
    staff("findings.<slug:form>", screenings.findings_file, "findings_file"),
    staff("findings/<int:pk>/<str:rule>/", screenings.decide, "decide"),
]
