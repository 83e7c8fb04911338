"""The search bench's questions, asked of tantivy: TEXTS (name, tab, text), ASKED (JSON), a directory for its index. Words
are folded; each may have as many typos as ours, and one that is spelt as in the text counts more. Prints JSON.
"""
import json
import pathlib
import sys
import time
import unicodedata

import tantivy

from search_bench import means, times

TEXT, NAME = "text", "name"


def folded_words(text):
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain).split()


def build(source, directory):
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(TEXT, stored=False, tokenizer_name="folded")
    builder.add_text_field(NAME, stored=True, tokenizer_name="raw")
    schema = builder.build()
    directory.mkdir()
    index = tantivy.Index(schema, path=str(directory))
    index.register_tokenizer("folded", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
                             .filter(tantivy.Filter.ascii_fold()).build())
    writer = index.writer(200_000_000, 2)
    with open(source, encoding="utf-8") as lines:
        for line in lines:
            name, text = line.rstrip("\n").split("\t")
            writer.add_document(tantivy.Document(**{NAME: [name], TEXT: [text]}))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return schema, index


def edits_allowed(word):
    return 0 if len(word) < 5 or any(c.isdigit() for c in word) else 1 if len(word) < 9 else 2


def query_of(schema, text):
    parts = []
    for word in folded_words(text):
        exact = tantivy.Query.boost_query(tantivy.Query.term_query(schema, TEXT, word), 4.0)
        if edits := edits_allowed(word):
            alike = tantivy.Query.fuzzy_term_query(schema, TEXT, word, distance=edits, transposition_cost_one=True)
            exact = tantivy.Query.boolean_query([(tantivy.Occur.Should, exact), (tantivy.Occur.Should, alike)])
        parts.append((tantivy.Occur.Must, exact))
    return tantivy.Query.boolean_query(parts)


def main():
    source, questions, directory = map(pathlib.Path, sys.argv[1:])
    asked = json.loads(questions.read_text())
    began = time.monotonic()
    schema, index = build(source, directory)
    built = time.monotonic() - began
    searcher = index.searcher()

    def names(text):
        return [searcher.doc(address)[NAME][0] for _, address in searcher.search(query_of(schema, text), 10).hits]

    took = []
    for query in asked["queries"]:
        began = time.perf_counter()
        names(query)
        took.append(time.perf_counter() - began)
    shares = {kind: sum(any(means(found, name) for found in names(typed)) for typed, name in pairs) / len(pairs)
              for kind, pairs in asked["misspellings"].items()}
    size = sum(file.stat().st_size for file in directory.rglob("*")) / 1e6
    print(json.dumps(times(took) | {"build_seconds": built, "size_mb": size, "recall": shares}))


if __name__ == "__main__":
    main()
