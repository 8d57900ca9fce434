"""Agencies: state bodies, administrative units and the working calendar, everything dated."""
