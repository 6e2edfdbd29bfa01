from __future__ import annotations

from dataclasses import asdict

from training.fitting.recipe import Recipe


def test_a_recipe_is_read_back_from_its_card() -> None:
    recipe = Recipe(promise=0.8, correction_weight=3.0, max_rows=500)
    assert Recipe.from_card(asdict(recipe)) == recipe


def test_settings_of_an_older_card_that_are_gone_are_ignored() -> None:
    older = {"promise": 0.9, "stemming": True, "characters": [3, 5], "bayes": True}
    assert Recipe.from_card(older) == Recipe(promise=0.9, max_rows=0)
