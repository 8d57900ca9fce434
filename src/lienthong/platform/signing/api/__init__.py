"""Doors of signing for programs: the demo's authority, the checking of files, a signing service by CSC."""
