"""Where: administrative divisions with their code system, their days, and what became of them."""
