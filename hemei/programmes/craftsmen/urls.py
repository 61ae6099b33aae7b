from django.urls import path

from hemei.core.doors import pages_of, signed_in
from hemei.programmes.craftsmen.views import entering, people, plans, scanned, training, worksites

staff = pages_of("craftsmen")

urlpatterns = [
    path("", signed_in(people.listing), name="craftsmen"),
    staff("add/", entering.add, "add"),
    staff("<int:pk>/", people.detail, "one"),
    staff("file.<slug:form>", people.listing_file, "file"),
    staff("<int:pk>/change/", people.change, "change"),
    staff("<int:pk>/agree/", people.agree, "agree"),
    staff("<int:pk>/leave/", people.leave, "leave"),
    staff("<int:pk>/return/", entering.come_back, "return"),
    staff("<int:pk>/trainings/add/", entering.add_training, "training_add"),
    staff("<int:pk>/reveal/", people.reveal, "reveal"),
    staff("<int:pk>/certificates/add/", people.add_certificate, "certificate_add"),
    staff("<int:pk>/certificates/<int:row>/revoke/", people.revoke_certificate, "certificate_revoke"),
    staff("<int:pk>/cards/add/", people.issue_card, "card_add"),
    staff("<int:pk>/cards/<int:row>/", people.card, "card"),
    staff("<int:pk>/cards/<int:row>/revoke/", people.revoke_card, "card_revoke"),
    staff("plans/", plans.listing, "plans"),
    staff("plans/add/", plans.add, "plan_add"),
    staff("plans/<int:pk>/", plans.detail, "plan"),
    staff("plans/<int:pk>/results.<slug:form>", plans.results_file, "results_file"),
    staff("plans/<int:pk>/sessions/add/", plans.add_session, "plan_session"),
    staff("plans/<int:pk>/exam/<int:row>/", plans.exam, "exam"),
    path("directory/", scanned.directory, name="craftsmen.directory"),
    staff("sessions/", training.listing, "sessions"),
    staff("sessions/add/", training.add, "session_add"),
    staff("sessions/<int:pk>/", training.detail, "session"),
    staff("sessions/<int:pk>/attendance.<slug:form>", training.attendance_file, "attendance_file"),
    staff("sessions/<int:pk>/enter/", training.enter, "enter"),
    staff("sessions/<int:pk>/code/", training.code, "code"),
    staff("sessions/<int:pk>/call-off/", training.call_off, "call_off"),
    staff("sessions/<int:pk>/<int:row>/strike/", training.strike, "strike"),
    staff("sites/add/", worksites.add, "site_add"),
    staff("sites/<int:pk>/post/", worksites.post, "post"),
    staff("sites/<int:pk>/finish/", worksites.finish, "finish"),
    staff("sites/<int:pk>/ask/", worksites.ask, "ask"),
    staff("sites/<int:pk>/<int:row>/end/", worksites.end_posting, "end_posting"),
    path("offline/", scanned.offline, name="craftsmen.offline"),
    path("worker.js", scanned.worker, name="craftsmen.worker"),
    path("rate/<str:slip>/", scanned.rated, name="craftsmen.rate"),
    path("arrive/<str:slip>/", scanned.arrive, name="craftsmen.arrive"),
    path("card/<str:code>/", scanned.check, name="craftsmen.check"),
]
