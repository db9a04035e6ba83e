"""How long an optimizer over as many parameters as WAP's takes to compile, rule beside rule."""
