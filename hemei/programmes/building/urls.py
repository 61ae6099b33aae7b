from django.urls import path

from hemei.core.doors import pages_of, signed_in
from hemei.programmes.building.views import (
    leads,
    patterns,
    permits,
    placing,
    printed,
    review,
    scanned,
    steps,
    styles,
    workdays,
)

staff = pages_of("building")

urlpatterns = [
    path("", signed_in(permits.listing), name="building"),
    staff("permits.<slug:form>", permits.listing_file, "permits_file"),
    staff("stages/", permits.stages, "stages"),
    staff("add/", permits.find, "find"),
    staff("add/<int:pk>/", permits.add, "add"),
    staff("placed/", placing.placed, "placed"),
    staff("<int:pk>/", permits.detail, "one"),
    staff("<int:pk>/files/<int:row>/", permits.original, "file"),
    staff("<int:pk>/files/<int:row>/small/", permits.thumbnail, "small"),
    staff("<int:pk>/steps/<slug:slug>/", steps.take, "step"),
    staff("<int:pk>/opinions/add/", review.opine, "opine"),
    staff("<int:pk>/visits/add/", review.visit, "visit"),
    staff("<int:pk>/gates/<str:gate>/on-site/", review.on_site, "on_site"),
    staff("<int:pk>/gates/<str:gate>/set-aside/", review.set_aside, "set_aside"),
    staff("<int:pk>/gates/<str:gate>/sign/", review.sign, "sign"),
    staff("<int:pk>/papers/<slug:key>/", printed.paper, "paper"),
    staff("leads/", leads.listing, "leads"),
    staff("leads/add/", leads.add, "lead_add"),
    staff("leads/<int:pk>/close/", leads.close, "lead_close"),
    staff("styles/", styles.listing, "styles"),
    staff("styles/add/", styles.add, "style_add"),
    staff("<int:pk>/demonstration/", styles.demonstrate, "demonstrate"),
    staff("workdays/", workdays.listing, "workdays"),
    staff("workdays/correct/", workdays.correct, "workdays_correct"),
    staff("patterns/import/", patterns.take_in, "take_in"),
    path("book/", patterns.book, name="building.book"),
    path("book/<int:pk>/", patterns.one_pattern, name="building.pattern"),
    path("book/<int:pk>/place/", placing.place, name="building.place"),
    path("book/<int:pk>/drawings/<int:row>/", patterns.drawing, name="building.drawing"),
    path("book/<int:pk>/pictures/<int:row>/", patterns.picture, name="building.picture"),
    path("notices/", scanned.notices, name="building.notices"),
    path("check/<str:code>/", scanned.check, name="building.check"),
    path("follow/<str:slip>/", scanned.follow, name="building.follow"),
]
