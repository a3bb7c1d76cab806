"""The addresses of the two sites."""

from django.urls import path

from tests.benchmarks.peer.sites import plain, tuned

urlpatterns = [path("plain/", plain.urls), path("tuned/", tuned.urls)]
