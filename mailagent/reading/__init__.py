"""Understanding what a person wrote: language, intents, dates, amounts. Pure."""
