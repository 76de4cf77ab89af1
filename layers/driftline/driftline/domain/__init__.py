"""Pure rules: no AWS client, no clock, no environment."""
