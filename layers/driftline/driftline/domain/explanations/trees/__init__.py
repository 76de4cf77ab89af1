"""Ensembles of trees: read from their libraries' open files, predicted and explained without these libraries."""
