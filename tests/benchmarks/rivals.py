"""What a user would take instead: fastText, and the recipe of Amsterdam's Signalen (TF-IDF on stems, L1 logistic regression).

Both see the same rows and labels as Pilah, a model for the unit and one for the category. Their texts are tokenised and
stemmed by Pilah's own fast stemmer, which flatters them: with the stemmer's usual interface they take longer.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from model.language.stemming import process_stemmer
from model.language.words import folded_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint


def stemmed(text: str) -> list[str]:
    """The stems of a text in order."""
    stem = process_stemmer().stem
    return [stem(word) for word in folded_words(text)]


class FastText:
    """fastText in supervised mode with character n-grams of 3 to 5, one thread."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        import fasttext  # noqa: PLC0415 - only `make bench` installs it

        names = sorted(set(labels))
        at = {name: number for number, name in enumerate(names)}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows.txt"
            file.write_text(
                "".join(
                    f"__label__{at[label]} {' '.join(stemmed(text))}\n"
                    for text, label in zip(texts, labels, strict=True)
                ),
                encoding="utf-8",
            )
            self._classifier: Any = fasttext.train_supervised(
                str(file), minn=3, maxn=5, wordNgrams=2, epoch=25, lr=0.5, thread=1, verbose=0, seed=1
            )
        self.labels = names

    def rank(self, texts: Sequence[str]) -> object:
        """The first five labels of each text."""
        return self._classifier.predict([" ".join(stemmed(text)) for text in texts], k=5)


class Signalen:
    """TF-IDF on stems and L1 logistic regression, asked for the probabilities of one text at a time."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        vectorizer = TfidfVectorizer(
            tokenizer=stemmed, token_pattern=None, lowercase=False, ngram_range=(1, 2), min_df=2
        )
        each = LogisticRegression(solver="liblinear", l1_ratio=1.0, C=10.0, random_state=0)
        self._pipeline: Pipeline = make_pipeline(vectorizer, OneVsRestClassifier(each)).fit(list(texts), list(labels))

    def rank(self, texts: Sequence[str]) -> object:
        """The probabilities of all labels, a text at a time as its service is asked."""
        return [self._pipeline.predict_proba([text]) for text in texts]


def labelled(rows: Sequence[LabelledComplaint], label: str) -> tuple[list[str], list[str]]:
    """Texts and labels of the rows that teach a "unit" or a "category"."""
    taught = [row for row in rows if getattr(row, label) and not (label == "unit" and row.returned)]
    return [row.complaint.whole_text for row in taught], [getattr(row, label) for row in taught]
