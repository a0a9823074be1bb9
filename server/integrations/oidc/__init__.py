"""Signing in with OpenID Connect, for people whose platform knows no LTI."""
