from django.urls import path

from hemei.programmes.houses import views

urlpatterns = [
    path("", views.overview, name="houses"),
    path("<int:pk>/appraisal/", views.appraisal, name="houses.appraisal"),
]
