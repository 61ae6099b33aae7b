from django.urls import path

from hemei.public import views

urlpatterns = [
    path("draws/", views.draws, name="public_draws"),
    path("draws/<int:pk>.json", views.draw, name="public_draw"),
    path("draws/<int:pk>/frame.csv", views.frame, name="public_frame"),
]
