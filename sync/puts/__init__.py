"""Rows one by one: `PUT /<collection>/{id}/`."""
