"""Reading what offices have: corner tables, GeoJSON, shapefiles, GeoPackages, KML. No database in the reading half."""
