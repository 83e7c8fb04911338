#include "search/plan.hpp"

namespace alforis::search {

namespace {

/// Shorter words are not taken for beginnings of others unless they are being typed.
constexpr std::size_t k_shortest_beginning = 3;
/// Shorter ones are not looked for written apart.
constexpr std::size_t k_shortest_split = 6;
constexpr std::size_t k_shortest_part = 2;
constexpr std::size_t k_most_beginnings = 32;

bool has_digit(std::string_view word) {
  return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool all_digits(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::size_t code_points(std::string_view word) {
  return static_cast<std::size_t>(std::count_if(word.begin(), word.end(), begins_character));
}

/// What stands at one position of a text.
struct Spot {
  std::vector<Term> terms;  ///< words, the longest first, then stems

  const Term& word() const { return terms.front(); }
};

std::vector<Spot> spots_of(std::string_view text) {
  std::vector<Spot> spots;
  std::optional<std::uint32_t> position;
  for (Term& term : analyse(FieldKind::text, text)) {
    if (position != term.position) {
      spots.emplace_back();
      position = term.position;
    }
    spots.back().terms.push_back(std::move(term));
  }
  for (Spot& spot : spots) {
    std::stable_sort(spot.terms.begin(), spot.terms.end(), [](const Term& a, const Term& b) {
      if (a.form != b.form) return a.form == Form::word;
      return a.form == Form::word && a.text.size() > b.text.size();
    });
  }
  return spots;
}

class Planner {
 public:
  Planner(const Index& index, const Synonyms& synonyms, const PlanOptions& options)
      : index_(index), synonyms_(synonyms), options_(options) {}

  Plan plan(const ParsedQuery& query) {
    for (const Clause& clause : query.clauses) {
      if (clause.phrase) {
        add_phrase(clause);
      } else {
        add_words(clause);
      }
    }
    insist_on_something();
    return std::move(plan_);
  }

 private:
  void add_phrase(const Clause& clause) {
    Unit unit;
    unit.negated = clause.negated;
    Choice choice{Choice::Kind::sequence, Match::exact, {}};
    for (const Spot& spot : spots_of(clause.text)) {
      if (!room()) return;
      ++words_;
      choice.terms.push_back(term_key(Form::word, spot.word().text));
      unit.asked += (unit.asked.empty() ? "" : " ") + spot.word().text;
    }
    if (choice.terms.empty()) return;
    if (choice.terms.size() == 1) choice.kind = Choice::Kind::term;
    unit.choices.push_back(std::move(choice));
    plan_.units.push_back(std::move(unit));
  }

  void add_words(const Clause& clause) {
    const std::vector<Spot> spots = spots_of(clause.text);
    const std::size_t first = plan_.units.size();
    for (std::size_t i = 0; i < spots.size(); ++i) {
      if (!room()) break;
      ++words_;
      const bool last = clause.may_go_on && i + 1 == spots.size();
      plan_.units.push_back(clause.negated ? forbidden(spots[i]) : unit_of(spots[i], last));
    }
    if (clause.negated) return;
    add_emails(clause.text, first);
    add_joined(first);
    add_codes(spots, first, clause.may_go_on);
    add_synonyms(first);
    for (std::size_t i = first; i < plan_.units.size(); ++i) sort_choices(plan_.units[i]);
  }

  bool room() {
    if (words_ < options_.most_words) return true;
    plan_.cut = true;
    return false;
  }

  static Unit forbidden(const Spot& spot) {
    Unit unit;
    unit.asked = spot.word().text;
    unit.negated = true;
    unit.choices.push_back({Choice::Kind::term, Match::exact, {term_key(Form::word, unit.asked)}});
    return unit;
  }

  Unit unit_of(const Spot& spot, bool last) {
    Unit unit;
    unit.asked = spot.word().text;
    unit.required = !spot.word().light;
    add(unit, Choice::Kind::term, Match::exact, {term_key(Form::word, unit.asked)});
    for (const Term& term : spot.terms) {
      // Not those of a part (zq of zq27qz).
      const bool of_it = term.begin == spot.word().begin && term.end == spot.word().end;
      if (term.form != Form::stem || !of_it) continue;
      add(unit, Choice::Kind::term, Match::related, {term_key(Form::stem, term.text)});
    }
    if (!unit.required && !last) return unit;
    const bool beginning = options_.typing ? last : last || code_points(unit.asked) >= k_shortest_beginning;
    if (beginning && !options_.far && code_points(unit.asked) < k_shortest_beginning) {
      add_beginnings(unit);
    } else if (beginning) {
      add(unit, Choice::Kind::range, Match::prefix, {term_key(Form::word, unit.asked)});
      if (has_digit(unit.asked)) add(unit, Choice::Kind::range, Match::prefix, {term_key(Form::code, unit.asked)});
    }
    add_apart(unit);
    add_alike(unit, last);
    return unit;
  }

  static void add(Unit& unit, Choice::Kind kind, Match match, std::vector<std::string> terms) {
    unit.choices.push_back({kind, match, std::move(terms)});
  }

  /// Of a letter or two: the words that most documents have.
  void add_beginnings(Unit& unit) {
    plan_.nearer = true;
    std::vector<std::pair<std::uint32_t, std::string>> words;
    index_.dictionary().visit_prefix(unit.asked, [&](const Likeness& found) {
      words.emplace_back(~found.documents, found.word);
      return true;
    });
    const auto kept = words.begin() + static_cast<std::ptrdiff_t>(std::min(words.size(), k_most_beginnings));
    std::partial_sort(words.begin(), kept, words.end());
    words.erase(kept, words.end());
    for (const auto& [rarity, word] : words) {
      add(unit, Choice::Kind::term, Match::prefix, {term_key(Form::word, word)});
    }
  }

  /// Two words that somebody wrote in one.
  void add_apart(Unit& unit) const {
    if (code_points(unit.asked) < k_shortest_split || has_digit(unit.asked)) return;
    for (std::size_t at = k_shortest_part; at + k_shortest_part <= unit.asked.size(); ++at) {
      if (!begins_character(unit.asked[at])) continue;
      const std::string first = unit.asked.substr(0, at);
      const std::string second = unit.asked.substr(at);
      if (index_.dictionary().documents(first) == 0 || index_.dictionary().documents(second) == 0) continue;
      add(unit, Choice::Kind::sequence, Match::related, {term_key(Form::word, first), term_key(Form::word, second)});
    }
  }

  void add_alike(Unit& unit, bool last) {
    std::uint8_t most = edits_allowed(unit.asked);
    if (most == 0) return;
    if (!options_.far) {
      const bool well_known = index_.dictionary().documents(unit.asked) >= k_well_known;
      plan_.nearer = plan_.nearer || well_known || most > 1;
      if (well_known) return;
      most = 1;
    }
    struct Alike {
      std::uint8_t edits;
      bool whole;
      std::uint32_t documents;
      std::string word;
    };
    std::vector<Alike> alike;
    index_.dictionary().visit_alike(unit.asked, most, last, [&](const Likeness& found) {
      const bool begins = found.word.starts_with(unit.asked);
      // Those are met as they are or by their beginning.
      if (found.edits > 0 && !begins)
        alike.push_back({found.edits, found.whole, found.documents, std::string(found.word)});
      return true;
    });
    std::sort(alike.begin(), alike.end(), [](const Alike& a, const Alike& b) {
      return std::tuple(a.edits, !a.whole, b.documents, std::string_view(a.word)) <
             std::tuple(b.edits, !b.whole, a.documents, std::string_view(b.word));
    });
    const std::size_t most_alike = options_.far ? k_most_alike_far : k_most_alike;
    if (alike.size() > most_alike) {
      alike.resize(most_alike);
      plan_.cut = true;
    }
    for (const Alike& found : alike) {
      const Match match = found.edits == 1 ? (found.whole ? Match::typo : Match::prefix_typo)
                                           : (found.whole ? Match::typos : Match::prefix_typos);
      add(unit, Choice::Kind::term, match, {term_key(Form::word, found.word)});
    }
  }

  /// An address is one term; its parts are its words.
  void add_emails(std::string_view text, std::size_t first) {
    if (text.find('@') == std::string_view::npos) return;
    for (const Term& term : analyse(FieldKind::email, text)) {
      if (term.form != Form::email) continue;
      for (std::size_t i = first; i < plan_.units.size(); ++i) {
        if (term.text.find(plan_.units[i].asked) == std::string::npos) continue;
        add(plan_.units[i], Choice::Kind::term, Match::exact, {term_key(Form::email, term.text)});
      }
    }
  }

  /// Neighbours that somebody wrote apart meet the word that they make together, each of them.
  void add_joined(std::size_t first) {
    for (std::size_t i = first; i + 1 < plan_.units.size(); ++i) {
      Unit& a = plan_.units[i];
      Unit& b = plan_.units[i + 1];
      const std::string joined = a.asked + b.asked;
      if (has_digit(joined) || index_.dictionary().documents(joined) == 0) continue;
      add(a, Choice::Kind::term, Match::related, {term_key(Form::word, joined)});
      add(b, Choice::Kind::term, Match::related, {term_key(Form::word, joined)});
    }
  }

  /// Numbers and codes, also in groups: all groups that follow each other, beginning with any of them.
  void add_codes(const std::vector<Spot>& spots, std::size_t first, bool may_go_on) {
    constexpr std::size_t k_most_groups = 10;
    const std::size_t count = std::min(spots.size(), plan_.units.size() - first);
    for (std::size_t from = 0; from < count; ++from) {
      std::string code;
      bool digits = false;
      for (std::size_t to = from; to < count && to < from + k_most_groups; ++to) {
        const std::string& word = spots[to].word().text;
        if (to > from && !(all_digits(word) || has_digit(word) || (digits && word.size() <= 4))) break;
        code += word;
        digits = digits || has_digit(word);
        if (!digits) continue;
        add_code(code, first + from, first + to, may_go_on && to + 1 == spots.size());
      }
    }
  }

  void add_code(const std::string& code, std::size_t from, std::size_t to, bool typing) {
    // Dialled from abroad.
    const std::string dialled = code.starts_with("00") ? code.substr(2) : code;
    for (std::size_t i = from; i <= to; ++i) {
      add(plan_.units[i], Choice::Kind::term, Match::exact, {term_key(Form::code, code)});
      if (dialled != code) add(plan_.units[i], Choice::Kind::term, Match::exact, {term_key(Form::code, dialled)});
      if (typing && code.size() >= k_shortest_beginning) {
        add(plan_.units[i], Choice::Kind::range, Match::prefix, {term_key(Form::code, dialled)});
      }
    }
  }

  void add_synonyms(std::size_t first) {
    if (synonyms_.empty()) return;
    constexpr std::size_t k_most_words_of_one = 5;
    for (std::size_t from = first; from < plan_.units.size(); ++from) {
      std::string said;
      for (std::size_t to = from; to < plan_.units.size() && to < from + k_most_words_of_one; ++to) {
        said += (said.empty() ? "" : " ") + plan_.units[to].asked;
        const auto known = synonyms_.find(said);
        if (known == synonyms_.end()) continue;
        for (const auto& words : known->second) {
          for (std::size_t i = from; i <= to; ++i) add_synonym(plan_.units[i], words);
        }
      }
    }
  }

  static void add_synonym(Unit& unit, const std::vector<std::string>& words) {
    std::vector<std::string> terms;
    terms.reserve(words.size());
    for (const std::string& word : words) terms.push_back(term_key(Form::word, word));
    add(unit, terms.size() == 1 ? Choice::Kind::term : Choice::Kind::sequence, Match::related, std::move(terms));
  }

  /// Each once, best first.
  static void sort_choices(Unit& unit) {
    std::vector<Choice> kept;
    std::stable_sort(unit.choices.begin(), unit.choices.end(),
                     [](const Choice& a, const Choice& b) { return a.match < b.match; });
    for (Choice& choice : unit.choices) {
      const bool known = std::any_of(kept.begin(), kept.end(), [&](const Choice& other) {
        return other.kind == choice.kind && other.terms == choice.terms;
      });
      if (!known) kept.push_back(std::move(choice));
    }
    unit.choices = std::move(kept);
  }

  /// Where all words are light ones, they are what is asked for.
  void insist_on_something() {
    const bool some = std::any_of(plan_.units.begin(), plan_.units.end(),
                                  [](const Unit& unit) { return unit.required && !unit.negated; });
    if (some) return;
    for (Unit& unit : plan_.units) unit.required = !unit.negated;
  }

  const Index& index_;
  const Synonyms& synonyms_;
  const PlanOptions& options_;
  Plan plan_;
  std::size_t words_ = 0;
};

}  // namespace

std::string_view match_name(Match match) {
  constexpr std::array<std::string_view, 7> k_names = {"exact",       "related", "prefix",      "typo",
                                                       "prefix_typo", "typos",   "prefix_typos"};
  return k_names[static_cast<std::size_t>(match)];
}

Plan make_plan(const ParsedQuery& query, const Index& index, const Synonyms& synonyms, const PlanOptions& options) {
  return Planner(index, synonyms, options).plan(query);
}

}  // namespace alforis::search
