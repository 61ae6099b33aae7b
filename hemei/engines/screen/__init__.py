"""Screening: buildings × control map → columns of measures. It measures and never decides; `hemei.law` decides.

A **control map** is built once per version of a layer and looked up for every building (`area_map`, `near_map`); the
kernels are compiled by numba and release the interpreter's lock. Lengths are metres, areas square metres, angles
degrees, in the projected system that a run names.
"""
