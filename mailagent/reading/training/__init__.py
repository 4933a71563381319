"""How the reading model is made: labelled mail in, a model file out. Needs the extra `train`, but for the corpus."""
