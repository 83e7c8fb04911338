#include "imports/organisation_draft.hpp"

#include <algorithm>
#include <boost/mp11.hpp>

#include "domain/values/ascii.hpp"
#include "domain/values/fold.hpp"
#include "domain/wire/enums.hpp"
#include "imports/text_cuts.hpp"

namespace alforis::imports {
namespace {

using Column = OrganisationColumn;
using Data = domain::OrganisationData<domain::Full>;

constexpr std::size_t k_most_in_list = 50;

std::string joined(std::string_view label, std::string_view value) {
  return std::string(label) + ": " + std::string(value);
}

// "2a - Gestion de FIA" is the AMF's number and then the activity.
std::string_view without_number(std::string_view activity) {
  std::size_t at = 0;
  while (at < activity.size() && domain::ascii::is_digit(activity[at])) ++at;
  if (at == 0) return activity;
  if (at < activity.size() && domain::ascii::is_lower(activity[at])) ++at;
  constexpr std::string_view k_dash = " - ";
  return activity.substr(at).starts_with(k_dash) ? activity.substr(at + k_dash.size()) : activity;
}

// Labels inside notes that are taken out of them: free text has other words with a colon behind.
bool is_taken_from_notes(Column column) {
  switch (column) {
    case Column::lei:
    case Column::siren:
    case Column::siret:
    case Column::regulator_number:
    case Column::legal_form:
    case Column::aum:
    case Column::email:
    case Column::phone:
    case Column::website:
      return true;
    default:
      return false;
  }
}

// Fills one draft from the cells of one row.
class Filler {
 public:
  Filler(OrganisationDraft& draft, std::optional<AmountUnit> aum_unit) : draft_(draft), aum_unit_(aum_unit) {}

  bool unit_missing() const { return unit_missing_; }

  void take(Column column, const std::string& label, std::string_view cell) {
    if (is_prose(column)) return take_prose(column, label, cell);
    if (column == Column::name) return take_name(label, cell);
    switch (placeholder(cell)) {
      case Placeholder::none:
        break;
      case Placeholder::empty:
        return;
      case Placeholder::pending:
        return reject(label, cell, "placeholder", "the cell promises a value but has none");
    }
    if (!take_text(column, label, cell) && !take_word(column, label, cell)) take_value(column, label, cell);
  }

  // The parts of the notes that are fields come after the columns, which count more.
  void take_notes(std::string_view cell) {
    for (const std::string_view line : split(cell, "\n")) take_note_line(line);
  }

  void finish_activity() {
    if (!activity_.empty()) {
      std::string text = activity_;
      if (!sub_activity_.empty()) text += (text.ends_with(':') ? " " : " : ") + sub_activity_;
      draft_.add_note(joined(activity_type_.empty() ? column_label(Column::activity) : activity_type_, text));
      const bool tells_an_activity = activity_type_.empty() || domain::fold_header(activity_type_) == "activite";
      const auto tag = domain::Line<50>::parse(without_number(activity_));
      if (tells_an_activity && tag) draft_.add_to_list(draft_.data.tags, *tag, column_label(Column::tags));
    } else {
      if (!activity_type_.empty()) draft_.add_note(joined(column_label(Column::activity_type), activity_type_));
      if (!sub_activity_.empty()) draft_.add_note(joined(column_label(Column::sub_activity), sub_activity_));
    }
  }

 private:
  static bool is_prose(Column column) {
    return column == Column::other || column == Column::description || column == Column::activity_type ||
           column == Column::activity || column == Column::sub_activity;
  }

  // A bad cell: said, and kept.
  void reject(std::string_view label, std::string_view cell, std::string_view code, std::string_view message) {
    draft_.add_note(joined(label, cell));
    draft_.warn(label, cell, code, std::string(message) + "; its text is in the notes");
  }

  template <class T>
  void take_result(std::optional<T>& field, const domain::Result<T>& value, std::string_view label,
                   std::string_view cell) {
    if (value) return offer(draft_, field, *value, label);
    const auto problem = value.error().front();  // a copy: error() gives one itself
    reject(label, cell, problem.code, problem.detail);
  }

  template <class T>
  void take_optional(std::optional<T>& field, const std::optional<T>& value, std::string_view label,
                     std::string_view cell, std::string_view code, std::string_view message) {
    if (value) return offer(draft_, field, *value, label);
    reject(label, cell, code, message);
  }

  // A text that is too long loses its end to the notes, not its row.
  template <class T>
  std::optional<T> cut_to_fit(std::string_view label, std::string_view cell) {
    auto value = T::parse(cell);
    if (value) return *value;
    const std::string cut = first_code_points(cell, T::k_max_length);
    draft_.warn(label, cell, "too_long",
                "cut to " + std::to_string(T::k_max_length) + " characters; the whole text is in the notes");
    draft_.add_note(joined(label, cell));
    value = T::parse(cut);
    if (!value) return std::nullopt;
    return *value;
  }

  template <std::size_t Max>
  bool take_line(std::optional<domain::Line<Max>>& field, std::string_view label, std::string_view cell) {
    if (const auto value = cut_to_fit<domain::Line<Max>>(label, one_line(cell, " ")))
      offer(draft_, field, *value, label);
    return true;
  }

  void take_name(std::string_view label, std::string_view cell) {
    const Placeholder kind = placeholder(cell);
    // A company may be called NC or ND; none is called N/A or "à renseigner".
    const bool letters = std::all_of(cell.begin(), cell.end(), domain::ascii::is_letter);
    if (kind == Placeholder::pending || (kind == Placeholder::empty && !letters)) return;
    const auto name = cut_to_fit<domain::Line<255>>(label, one_line(cell, " "));
    if (!name) return;
    if (!draft_.data.name.has_value()) {
      draft_.data.name = *name;
    } else if (*draft_.data.name != *name) {
      draft_.add_note(joined(label, name->text()));
    }
  }

  void take_prose(Column column, std::string_view label, std::string_view cell) {
    if (placeholder(cell) == Placeholder::empty) return;
    switch (column) {
      case Column::activity_type:
        activity_type_ = one_line(cell, " / ");
        return;
      case Column::activity:
        activity_ = one_line(cell, " / ");
        return;
      case Column::sub_activity:
        sub_activity_ = one_line(cell, " / ");
        return;
      case Column::description:
        if (const auto text = cut_to_fit<domain::Text<10000>>(label, cell)) {
          offer(draft_, draft_.data.description, *text, label);
        }
        return;
      default:
        draft_.add_note(joined(label, cell));
    }
  }

  bool take_text(Column column, std::string_view label, std::string_view cell) {
    Data& data = draft_.data;
    switch (column) {
      case Column::address:
        if (const auto text = cut_to_fit<domain::Text<500>>(label, cell)) offer(draft_, data.address, *text, label);
        return true;
      case Column::postal_code:
        return take_line(data.postal_code, label, cell);
      case Column::city:
        return take_line(data.city, label, cell);
      case Column::domicile:
        return take_line(data.domicile, label, cell);
      case Column::regulator_number:
        return take_line(data.regulator_number, label, cell);
      case Column::legal_form:
        return take_line(data.legal_form, label, cell);
      case Column::tags:
        return take_list(data.tags, label, cell);
      case Column::strategies:
        return take_list(data.strategies, label, cell);
      default:
        return false;
    }
  }

  bool take_list(std::vector<domain::Line<50>>& list, std::string_view label, std::string_view cell) {
    for (const std::string_view part : split(cell, ",;|\n")) {
      if (const auto element = domain::Line<50>::parse(one_line(part, " "))) {
        draft_.add_to_list(list, *element, label);
      } else {
        reject(label, part, "too_long", "longer than the 50 characters of a tag");
      }
    }
    return true;
  }

  bool take_word(Column column, std::string_view label, std::string_view cell) {
    Data& data = draft_.data;
    switch (column) {
      case Column::type:
        take_optional(draft_.type, read_type(cell), label, cell, "unknown_value", choices<domain::OrganisationType>());
        return true;
      case Column::category:
        take_optional(data.category, read_category(cell), label, cell, "unknown_value",
                      choices<domain::OrganisationCategory>());
        return true;
      case Column::pipeline_stage:
        take_optional(draft_.stage, read_stage(cell), label, cell, "unknown_value", choices<domain::PipelineStage>());
        return true;
      case Column::active:
        take_optional(draft_.active, read_boolean(cell), label, cell, "unknown_value", "expected yes or no");
        return true;
      case Column::country:
        take_optional(data.country, read_country(cell), label, cell, "unknown_country",
                      "no country by its ISO 3166 code or its French or English name");
        return true;
      case Column::language:
        take_optional(data.language, read_language(cell), label, cell, "unknown_language",
                      "no language by its ISO 639-1 code or its French or English name");
        return true;
      default:
        return false;
    }
  }

  template <class E>
  static std::string choices() {
    return "expected one of " + domain::enum_choices<E>() + " or a synonym";
  }

  void take_value(Column column, std::string_view label, std::string_view cell) {
    Data& data = draft_.data;
    switch (column) {
      case Column::email:
        return take_result(data.email, domain::Email::parse(cell), label, cell);
      case Column::phone:
        return take_phone(label, cell);
      case Column::website:
        return take_website(label, cell);
      case Column::lei:
        return take_result(data.lei, domain::Lei::parse(cell), label, cell);
      case Column::siren:
        return take_result(data.siren, domain::Siren::parse(cell), label, cell);
      case Column::siret:
        return take_siret(label, cell);
      case Column::aum:
        return take_aum(label, cell);
      case Column::potential_amount:
        return take_optional(data.potential_amount, read_amount(cell, AmountUnit::eur).money, label, cell,
                             "invalid_amount", "no amount of euros");
      case Column::signature_probability:
        return take_optional(data.signature_probability, read_percent(cell), label, cell, "invalid_number",
                             "no percentage from 0 to 100");
      case Column::signature_date:
        return take_date(data.signature_date, label, cell);
      case Column::aum_date:
        return take_date(data.aum_date, label, cell);
      default:
        draft_.add_note(joined(label, cell));
    }
  }

  void take_date(std::optional<domain::Date>& field, std::string_view label, std::string_view cell) {
    take_optional(field, read_date(cell), label, cell, "invalid_date", "no date such as 2024-12-31 or 31/12/2024");
  }

  void take_aum(std::string_view label, std::string_view cell) {
    const ReadAmount amount = read_amount(cell, aum_unit_);
    if (amount.unit_missing) {
      unit_missing_ = true;
      draft_.add_note(joined(label, cell));
      return;
    }
    take_optional(draft_.data.aum, amount.money, label, cell, "invalid_amount", "no amount of euros");
  }

  void take_phone(std::string_view label, std::string_view cell) {
    if (std::none_of(cell.begin(), cell.end(), domain::ascii::is_digit)) {
      return reject(label, cell, "invalid_phone", "no telephone number");
    }
    const std::string typed = one_line(cell, " ");
    // The server knows the country of what is there already, and says what it does not understand.
    const bool readable = draft_.data.country || typed.starts_with('+');
    const auto phone = readable ? domain::Phone::normalise(typed, draft_.data.country) : domain::Phone::parse(typed);
    take_result(draft_.data.phone, phone, label, cell);
  }

  // Registers that lack a SIRET fill the field with the SIREN and zeros in front.
  void take_siret(std::string_view label, std::string_view cell) {
    const auto siret = domain::Siret::parse(cell);
    constexpr std::string_view k_padding = "00000";
    const auto siren = domain::Siren::parse(cell.substr(std::min(cell.size(), k_padding.size())));
    if (siret || !cell.starts_with(k_padding) || !siren) return take_result(draft_.data.siret, siret, label, cell);
    reject(label, cell, "siren_as_siret",
           draft_.data.siren ? "a SIREN with zeros in front where a SIRET belongs"
                             : "a SIREN with zeros in front, taken as the SIREN");
    if (!draft_.data.siren) draft_.data.siren = *siren;
  }

  void take_website(std::string_view label, std::string_view cell) {
    const auto website = domain::Url::from_loose(cell);
    const auto email =
        cell.find('@') == std::string_view::npos ? domain::problem("invalid_email", "") : domain::Email::parse(cell);
    if (website || !email) return take_result(draft_.data.website, website, label, cell);
    reject(label, cell, "email_as_website",
           draft_.data.email ? "an e-mail address where a web site belongs"
                             : "an e-mail address where a web site belongs, taken as the e-mail");
    if (!draft_.data.email) draft_.data.email = *email;
  }

  void take_note_line(std::string_view line) {
    const auto parts = split(line, "|");
    const auto field_of = [](std::string_view part) {
      const std::size_t colon = part.find(':');
      if (colon == std::string_view::npos || domain::trimmed(part.substr(colon + 1)).empty()) return Column::other;
      const Column column = find_column(part.substr(0, colon));
      return is_taken_from_notes(column) ? column : Column::other;
    };
    if (std::all_of(parts.begin(), parts.end(), [&](auto part) { return field_of(part) == Column::other; })) {
      return draft_.add_note(line);
    }
    for (const std::string_view part : parts) {
      const Column column = field_of(part);
      if (column == Column::other) {
        draft_.add_note(part);
      } else if (column == Column::aum) {
        take_aum_of_notes(part);
      } else {
        take(column, std::string(column_label(column)), domain::trimmed(part.substr(part.find(':') + 1)));
      }
    }
  }

  // Only with its own unit: that of the column says nothing about free text.
  void take_aum_of_notes(std::string_view part) {
    const auto amount = read_amount(part.substr(part.find(':') + 1), std::nullopt);
    if (!amount.money) return draft_.add_note(part);
    offer(draft_, draft_.data.aum, *amount.money, column_label(Column::aum));
  }

  OrganisationDraft& draft_;
  std::optional<AmountUnit> aum_unit_;
  std::string activity_type_;
  std::string activity_;
  std::string sub_activity_;
  bool unit_missing_ = false;
};

struct Cell {
  const RecognisedColumn* column;
  std::string text;
};

// Fields that the row left empty take the value of `--set`; lists and notes take it in any case.
void fill_with_defaults(OrganisationDraft& draft, const OrganisationDraft& defaults) {
  boost::mp11::mp_for_each<boost::describe::describe_members<Data, boost::describe::mod_public>>([&](auto member) {
    auto& field = draft.data.*decltype(member)::pointer;
    const auto& value = defaults.data.*decltype(member)::pointer;
    if constexpr (requires {
                    *field;
                    field = *value;
                  }) {
      if (!field.has_value() && value.has_value()) field = *value;
    }
  });
  if (!draft.type) draft.type = defaults.type;
  if (!draft.stage) draft.stage = defaults.stage;
  if (!draft.active) draft.active = defaults.active;
  for (const auto& tag : defaults.data.tags) draft.add_to_list(draft.data.tags, tag, column_label(Column::tags));
  for (const auto& strategy : defaults.data.strategies) {
    draft.add_to_list(draft.data.strategies, strategy, column_label(Column::strategies));
  }
  for (const auto& line : defaults.notes) draft.add_note(line);
}

domain::Problems bad_default(std::string_view code, const std::string& field, std::string_view why) {
  return domain::problem(code, "--set " + field + ": " + std::string(why));
}

std::string known_fields() {
  std::string names;
  domain::for_each_enumerator<Column>([&](std::string_view name) {
    const Column column = *domain::enum_from_text<Column>(name);
    if (column == Column::name || column >= Column::activity_type) return;
    names += (names.empty() ? "" : ", ") + std::string(name);
  });
  return names;
}

}  // namespace

void OrganisationDraft::add_note(std::string_view line) {
  std::string note = one_line(line, " / ");
  if (!note.empty() && known_notes_.insert(note).second) notes.push_back(std::move(note));
}

void OrganisationDraft::warn(std::string_view column, std::string_view value, std::string_view code,
                             std::string_view message) {
  warnings.push_back({lines.empty() ? 0 : lines.back(), std::string(column), std::string(value), std::string(code),
                      std::string(message)});
}

void OrganisationDraft::add_to_list(std::vector<domain::Line<50>>& list, const domain::Line<50>& element,
                                    std::string_view label) {
  const std::string key = domain::fold_name(element.text());
  const auto is_same = [&key](const auto& other) { return domain::fold_name(other.text()) == key; };
  if (std::any_of(list.begin(), list.end(), is_same)) return;
  if (list.size() < k_most_in_list) {
    list.push_back(element);
    return;
  }
  add_note(joined(label, element.text()));
  warn(label, element.text(), "too_many", "the list has its 50 elements; this one is in the notes");
}

std::string cell_text(const domain::Money& value) {
  const std::string cents = std::to_string(value.amount % 100);
  return std::to_string(value.amount / 100) + (cents.size() == 1 ? ".0" : ".") + cents + " €";
}

bool same_value(const domain::Phone& one, const domain::Phone& other) {
  if (one == other) return true;
  const auto read = domain::Phone::normalise(one.text(), std::nullopt);
  return read && read == domain::Phone::normalise(other.text(), std::nullopt);
}

std::string cell_text(bool value) { return value ? "oui" : "non"; }

domain::Result<OrganisationRowReader> OrganisationRowReader::make(std::vector<RecognisedColumn> columns,
                                                                  const OrganisationOptions& options) {
  OrganisationRowReader reader(std::move(columns), options.aum_unit);
  Filler filler(reader.defaults_, options.aum_unit);
  for (const auto& [field, value] : options.defaults) {
    const std::string text = cleaned(value);
    if (!domain::checked_text(field + "=" + text, std::string::npos, domain::Lines::many)) {
      return bad_default("invalid_utf8", field, "the text is no valid UTF-8");
    }
    const Column column = find_column(field);
    if (column == Column::name || column >= Column::activity_type) {
      return bad_default("unknown_field", field, "no field to set; known are " + known_fields());
    }
    if (column == Column::notes) {
      reader.defaults_.add_note(text);
    } else {
      filler.take(column, std::string(column_label(column)), domain::trimmed(text));
    }
    if (filler.unit_missing()) return bad_default("invalid_default", field, "state the unit, as in 2.5 Md€");
    if (!reader.defaults_.warnings.empty()) {
      return bad_default("invalid_default", field, reader.defaults_.warnings.front().message);
    }
  }
  return reader;
}

std::optional<OrganisationDraft> OrganisationRowReader::read(const CsvRecord& row) {
  std::vector<Cell> cells;
  static const RecognisedColumn k_beyond{Column::other, "Colonne"};
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    std::string text = cleaned(row.cells[i]);
    if (!text.empty()) cells.push_back({i < columns_.size() ? &columns_[i] : &k_beyond, std::move(text)});
  }
  if (cells.empty()) return std::nullopt;
  OrganisationDraft draft;
  draft.lines.push_back(row.line);
  Filler filler(draft, aum_unit_);
  // The country first: phones are dialled in it.
  const auto pass = [&](auto wanted) {
    for (const Cell& cell : cells) {
      if (wanted(cell.column->column)) filler.take(cell.column->column, cell.column->label, cell.text);
    }
  };
  pass([](Column column) { return column == Column::country; });
  pass([](Column column) { return column != Column::country && column != Column::notes; });
  filler.finish_activity();
  for (const Cell& cell : cells) {
    if (cell.column->column == Column::notes) filler.take_notes(cell.text);
  }
  if (row.cells.size() > columns_.size()) {
    draft.warn("", std::to_string(row.cells.size() - columns_.size()), "extra_cells",
               "the row has more cells than the header; the text of these is in the notes");
  }
  if (filler.unit_missing() && unit_missing_line_ == 0) unit_missing_line_ = row.line;
  fill_with_defaults(draft, defaults_);
  return draft;
}

}  // namespace alforis::imports
