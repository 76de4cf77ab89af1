"""Analyses of a data set that are made once, as Clarify's processing job made them: bias, SHAP, partial dependence."""
