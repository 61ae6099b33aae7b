"""Addresses of the map and of what it fetches."""

from __future__ import annotations

from django.urls import path

from hemei.maps import views

urlpatterns = [
    path("", views.map_page, name="map"),
    path("<int:z>/<int:x>/<int:y>.mvt", views.map_tile, name="map_tile"),
    path("regions.geojson", views.region_outlines, name="map_regions"),
    path("zero.svg", views.board_map, name="map_zero"),
    path("picture.svg", views.still_picture, name="map_picture"),
]
