"""The systems that receive, one package each; none imports another."""
