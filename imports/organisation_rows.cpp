#include "imports/organisation_rows.hpp"

#include <boost/mp11.hpp>
#include <unordered_map>

#include "domain/import_merge.hpp"
#include "domain/values/fold.hpp"
#include "domain/wire/enums.hpp"
#include "imports/text_cuts.hpp"

namespace alforis::imports {
namespace {

using Column = OrganisationColumn;
using Data = domain::OrganisationData<domain::Full>;

constexpr std::size_t k_most_in_notes = 10'000;

/// The members of the field list have the names of their columns.
template <class Member>
std::string_view label_of(Member) {
  return column_label(domain::enum_from_text<Column>(Member::name).value_or(Column::other));
}

// Keys of different kinds cannot be taken for each other.
template <class T>
std::string identifier_key(std::string_view kind, const T& identifier) {
  return std::string(kind) + ":" + domain::fold_header(identifier.text());
}

// The identifiers that stand for one organisation alone, in the order of their weight.
std::vector<std::string> identifiers(const Data& data) {
  std::vector<std::string> keys;
  if (data.lei) keys.push_back(identifier_key("lei", *data.lei));
  if (data.siret) keys.push_back(identifier_key("siret", *data.siret));
  if (data.regulator_number) keys.push_back(identifier_key("regulator", *data.regulator_number));
  return keys;
}

// Folds the rows, one after the other, into the records found so far.
class Folder {
 public:
  void add(OrganisationDraft row) {
    OrganisationDraft* record = find(row.data);
    if (record == nullptr) {
      drafts_.push_back(std::move(row));
      index(drafts_.size() - 1);
      return;
    }
    drop_identifiers_of_others(row, *record);
    unite(*record, row);
    index(static_cast<std::size_t>(record - drafts_.data()));
  }

  std::vector<OrganisationDraft> take() && { return std::move(drafts_); }

 private:
  OrganisationDraft* find(const Data& data) {
    for (const std::string& key : identifiers(data)) {
      if (const auto found = by_identifier_.find(key); found != by_identifier_.end()) return &drafts_[found->second];
    }
    const auto [begin, end] = by_name_.equal_range(domain::fold_name(data.name->text()));
    for (auto candidate = begin; candidate != end; ++candidate) {
      OrganisationDraft& draft = drafts_[candidate->second];
      if (!domain::contradict(draft.data, data)) return &draft;
    }
    return nullptr;
  }

  void index(std::size_t at) {
    const Data& data = drafts_[at].data;
    for (std::string& key : identifiers(data)) by_identifier_.emplace(std::move(key), at);
    const std::string name = domain::fold_name(data.name->text());
    if (names_indexed_.size() <= at) names_indexed_.resize(at + 1);
    if (!names_indexed_[at]) by_name_.emplace(name, at);
    names_indexed_[at] = true;
  }

  // A row may name one organisation by its LEI and another by its SIRET: two records must not end with one number.
  void drop_identifiers_of_others(OrganisationDraft& row, const OrganisationDraft& record) {
    const auto drop = [&](auto& field, std::string_view kind, Column column) {
      if (!field) return;
      const auto found = by_identifier_.find(identifier_key(kind, *field));
      if (found == by_identifier_.end() || &drafts_[found->second] == &record) return;
      const std::string text = field->text();
      row.add_note(std::string(column_label(column)) + ": " + text);
      row.warn(column_label(column), text, "identifier_of_another",
               "another organisation of this file has it; it is in the notes");
      field.reset();
    };
    drop(row.data.lei, "lei", Column::lei);
    drop(row.data.siret, "siret", Column::siret);
    drop(row.data.regulator_number, "regulator", Column::regulator_number);
  }

  static void unite(OrganisationDraft& record, const OrganisationDraft& row) {
    record.lines.insert(record.lines.end(), row.lines.begin(), row.lines.end());
    record.warnings.insert(record.warnings.end(), row.warnings.begin(), row.warnings.end());
    if (*record.data.name != *row.data.name) {
      record.add_note(std::string(column_label(Column::name)) + ": " + row.data.name->text());
    }
    boost::mp11::mp_for_each<boost::describe::describe_members<Data, boost::describe::mod_public>>([&](auto member) {
      auto& field = record.data.*decltype(member)::pointer;
      const auto& value = row.data.*decltype(member)::pointer;
      if constexpr (requires { offer(record, field, *value, ""); }) {
        if (value) offer(record, field, *value, label_of(member));
      }
    });
    if (row.type) offer(record, record.type, *row.type, column_label(Column::type));
    if (row.stage) offer(record, record.stage, *row.stage, column_label(Column::pipeline_stage));
    if (row.active) offer(record, record.active, *row.active, column_label(Column::active));
    for (const auto& tag : row.data.tags) record.add_to_list(record.data.tags, tag, column_label(Column::tags));
    for (const auto& strategy : row.data.strategies) {
      record.add_to_list(record.data.strategies, strategy, column_label(Column::strategies));
    }
    for (const auto& line : row.notes) record.add_note(line);
  }

  std::vector<OrganisationDraft> drafts_;
  std::vector<bool> names_indexed_;
  std::unordered_map<std::string, std::size_t> by_identifier_;
  std::unordered_multimap<std::string, std::size_t> by_name_;
};

// A SIRET begins with its company's SIREN, or one of the two is wrong: the longer number says more.
void part_numbers(OrganisationDraft& draft) {
  auto& siren = draft.data.siren;
  if (!siren || !draft.data.siret || draft.data.siret->siren() == *siren) return;
  draft.add_note(std::string(column_label(Column::siren)) + ": " + siren->text());
  draft.warn(column_label(Column::siren), siren->text(), "siren_mismatch",
             "the SIRET does not begin with it; it is in the notes");
  siren.reset();
}

// Joins the lines as far as they fit; what does not is at least in the report.
void join_notes(OrganisationDraft& draft) {
  std::string text;
  std::size_t length = 0;
  const std::vector<std::string> lines = std::move(draft.notes);
  for (const std::string& line : lines) {
    const std::size_t glue = text.empty() ? 0 : 1;
    const std::size_t size = count_code_points(line);
    const bool alone_too_long = text.empty() && size > k_most_in_notes;
    if (length + glue + size > k_most_in_notes) {
      draft.warn(column_label(Column::notes), line, "notes_full",
                 alone_too_long ? "cut to the 10000 characters of the notes"
                                : "the notes have their 10000 characters; this line is left out");
      if (!alone_too_long) continue;
    }
    if (glue != 0) text += '\n';
    text += alone_too_long ? first_code_points(line, k_most_in_notes) : line;
    length += glue + std::min(size, k_most_in_notes);
  }
  if (auto notes = domain::Text<10000>::parse(text)) draft.data.notes = std::move(*notes);
}

FoldedOrganisation finished(OrganisationDraft draft) {
  part_numbers(draft);
  join_notes(draft);
  if (draft.type) draft.data.type = *draft.type;
  if (draft.stage) draft.data.pipeline_stage = *draft.stage;
  if (draft.active) draft.data.active = *draft.active;
  return {std::move(draft.data), std::move(draft.lines), std::move(draft.warnings)};
}

domain::Problems unit_missing(std::int64_t line) {
  return domain::problem("aum_unit_missing", "line " + std::to_string(line) +
                                                 ": the AUM states no unit; say which one it is with --aum-unit eur, "
                                                 "keur, meur (millions) or mdeur (thousand millions, milliards)");
}

}  // namespace

domain::Result<OrganisationFile> fold_organisations(const CsvFile& file, const OrganisationOptions& options) {
  if (file.records.empty()) return domain::problem("empty_file", "the file is empty; expected a line of headers");
  auto columns = recognise_columns(file.records.front().cells);
  if (!columns) return columns.error();
  auto reader = OrganisationRowReader::make(std::move(*columns), options);
  if (!reader) return reader.error();
  OrganisationFile result;
  result.notices = file.notices;
  Folder folder;
  for (std::size_t i = 1; i < file.records.size(); ++i) {
    auto draft = reader->read(file.records[i]);
    if (!draft) continue;
    if (reader->unit_missing_line() != 0) return unit_missing(reader->unit_missing_line());
    if (draft->data.name.has_value()) {
      folder.add(std::move(*draft));
    } else {
      result.refused.push_back({file.records[i].line, "no_name", "the row names no organisation"});
    }
  }
  auto drafts = std::move(folder).take();
  result.records.reserve(drafts.size());
  for (auto& draft : drafts) result.records.push_back(finished(std::move(draft)));
  return result;
}

}  // namespace alforis::imports
