"""The recipes of CONTRIBUTING.md, each followed on a copy of the project: the changes fit, and the commands pass."""

import shutil
from pathlib import Path

import pytest

from tests.recipes.following import PAGE, ROOT, DoesNotFit, Recipe, apply, check, copy_project, follow, recipes

RECIPES = recipes(PAGE.read_text())
every_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)


@pytest.mark.long
@every_recipe
def test_it_works_as_it_is_told(recipe: Recipe, tmp_path: Path) -> None:
    copy_project(tmp_path)
    follow(recipe, tmp_path)


@pytest.mark.long
def test_what_they_make_passes_the_checks(tmp_path: Path) -> None:
    copy_project(tmp_path)
    check(RECIPES, tmp_path)


@every_recipe
def test_its_changes_fit(recipe: Recipe, tmp_path: Path) -> None:
    """Whoever changes the lines around a change does so here as well."""
    assert {"diff", "console"} == {language for language, _ in recipe.blocks}
    for name in recipe.files():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path / name)
    for language, text in recipe.blocks:
        if language == "diff":
            apply(text, tmp_path)


def test_the_list_has_them_all() -> None:
    assert [line[3:].partition("]")[0] for line in PAGE.read_text().splitlines() if line.startswith("- [")] == [
        recipe.title for recipe in RECIPES
    ]


def test_a_change_goes_where_its_lines_are(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\ntwo\nthree\n")
    apply("--- a.py\n@@\n one\n-two\n+2\n@@\n three\n+four\n+++ b/c.py\n+new\n", tmp_path)
    assert (tmp_path / "a.py").read_text() == "one\n2\nthree\nfour\n"
    assert (tmp_path / "b" / "c.py").read_text() == "new\n"


@pytest.mark.parametrize("text", ["other\n", "one\none\n"])
def test_lines_that_are_not_there_once_are_no_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_text(text)
    with pytest.raises(DoesNotFit):
        apply("--- a.py\n@@\n one\n+two\n", tmp_path)
