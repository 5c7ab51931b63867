"""Calls of the service by SOAP and by REST, behind one port."""
