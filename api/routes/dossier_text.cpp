#include "api/routes/dossier_text.hpp"

#include "api/routes/user_names.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"
#include "projections/query/history.hpp"

namespace alforis::api {

using domain::Locale;
using projections::Dossier;

namespace {

/// What something is called, in both languages.
struct Label {
  std::string_view name;
  std::string_view en;
  std::string_view fr;
};

constexpr Label k_fields[] = {
    {"first_name", "First name", "Prénom"},
    {"last_name", "Last name", "Nom"},
    {"personal_email", "Personal e-mail", "E-mail personnel"},
    {"personal_phone", "Personal phone", "Téléphone personnel"},
    {"mobile", "Mobile", "Mobile"},
    {"job_title", "Job title", "Fonction"},
    {"country", "Country", "Pays"},
    {"language", "Language", "Langue"},
    {"linkedin_url", "LinkedIn", "LinkedIn"},
    {"notes", "Notes", "Notes"},
    {"active", "Active", "Actif"},
    {"consent", "Consent", "Consentement"},
    {"consent_date", "Consent of", "Consentement du"},
    {"consent_source", "Consent from", "Origine du consentement"},
    {"unsubscribed", "Unsubscribed", "Désabonné"},
    {"created_at", "Recorded", "Enregistré le"},
    {"updated_at", "Last changed", "Modifié le"},
    {"deleted_at", "Deleted", "Supprimé le"},
    {"erased_at", "Erased", "Effacé le"},
    {"role", "Role", "Rôle"},
    {"work_email", "Work e-mail", "E-mail professionnel"},
    {"work_phone", "Work phone", "Téléphone professionnel"},
    {"is_primary", "Main contact", "Contact principal"},
    {"since", "Since", "Depuis"},
    {"until", "Until", "Jusqu'au"},
    {"occurred_at", "Date", "Date"},
    {"type", "Kind", "Nature"},
    {"title", "Title", "Titre"},
    {"body", "Text", "Texte"},
    {"status", "Status", "État"},
    {"due_at", "Due", "Échéance"},
    {"description", "Description", "Description"},
};

class Pages {
 public:
  explicit Pages(Locale locale) : french_(locale == Locale::fr) {}

  std::string_view say(std::string_view en, std::string_view fr) const { return french_ ? fr : en; }

  void heading(std::string_view en, std::string_view fr) {
    const std::string_view text = say(en, fr);
    out_.append("\n").append(text).append("\n").append(text.size(), '-').append("\n");
  }
  void line(std::string_view text) { out_.append(text).append("\n"); }
  void item(const std::string& text) { out_.append("- ").append(text).append("\n"); }

  /// The members that have a name here, a line each.
  void record(std::string_view document) {
    const auto members = domain::wire::members_of(std::string(document));
    for (const Label& label : k_fields) {
      const std::string* value = domain::wire::value_of(members, label.name);
      if (value == nullptr || *value == "null") continue;
      const auto text = projections::text_member(document, label.name);
      out_.append("  ").append(say(label.en, label.fr)).append(french_ ? " : " : ": ");
      out_.append(text ? *text : truth(*value)).append("\n");
    }
  }

  std::string done() && { return std::move(out_); }

 private:
  std::string truth(const std::string& json) const {
    if (json == "true") return std::string(say("yes", "oui"));
    if (json == "false") return std::string(say("no", "non"));
    return json;
  }

  bool french_;
  std::string out_;
};

std::string day(const domain::Instant& instant) { return instant.text().substr(0, 10); }

std::string who(const Pages& pages, const std::string& name) {
  return name.empty() ? std::string(pages.say("the system", "le système")) : name;
}

void write_records(Pages& pages, const Dossier& dossier) {
  pages.heading("What is recorded", "Ce qui est enregistré");
  pages.record(dossier.person.document);
  pages.heading("Organisations", "Organisations");
  for (const auto& link : dossier.links) {
    pages.item(link.organisation);
    pages.record(link.document);
  }
  pages.heading("Interactions", "Interactions");
  for (const auto& interaction : dossier.interactions) {
    pages.item(std::string(interaction.took_part ? pages.say("you took part", "vous avez participé")
                                                 : pages.say("about you", "à votre sujet")));
    pages.record(interaction.document);
  }
  pages.heading("Tasks", "Tâches");
  for (const std::string& task : dossier.tasks) {
    pages.item(projections::text_member(task, "title").value_or(""));
    pages.record(task);
  }
}

void write_provenance(Pages& pages, const Dossier& dossier) {
  pages.heading("Where it comes from", "D'où cela vient");
  for (const Source& source : sources_of(dossier)) {
    std::string text = day(source.first) + ", " + who(pages, source.by);
    if (!source.file.empty()) text += ", " + std::string(pages.say("file ", "fichier ")) + source.file;
    pages.item(text);
  }
  pages.heading("Who read it, as far as it was noted", "Qui l'a consulté, autant que cela a été noté");
  for (const auto& access : dossier.accesses) {
    pages.item(access.time.text() + ", " + who(pages, name_of(dossier.names, access.actor)) + ", " + access.action);
  }
  pages.heading("What was changed", "Ce qui a été modifié");
  for (const auto& told : dossier.history) {
    std::string text = told.entry.time.text() + ", " + who(pages, name_of(dossier.names, told.entry.actor)) + ", " +
                       std::string(projections::action_of(told.entry.type));
    for (const auto& change : told.entry.changes) {
      text += "\n    " + change.name + ": " + change.from.value_or("-") + " -> " + change.to.value_or("-");
    }
    pages.item(text);
  }
}

void write_free_texts(Pages& pages, const Dossier& dossier) {
  pages.heading("Free texts: to be read before this is handed over",
                "Textes libres : à relire avant de remettre ce document");
  for (const auto& free : dossier.free_texts) {
    std::string text = std::string(domain::enum_text(free.kind)) + ' ' + free.id.text() + ", " + free.field;
    if (free.named_only) {
      text += std::string(pages.say(" (the name occurs in it)", " (le nom y figure)"));
    }
    pages.item(text + ":\n    " + free.text);
  }
}

}  // namespace

std::string dossier_text(const Dossier& dossier, const domain::Instant& now, Locale locale) {
  Pages pages(locale);
  pages.line(pages.say("All that is held of one person", "Tout ce qui est détenu sur une personne"));
  pages.line(std::string(pages.say("Made ", "Établi le ")) + now.text());
  if (!dossier.complete) {
    pages.line(pages.say("There is more than 10,000 of something, which is not shown.",
                         "Plus de 10 000 éléments d'une sorte : la suite n'est pas montrée."));
  }
  write_records(pages, dossier);
  write_provenance(pages, dossier);
  write_free_texts(pages, dossier);
  return std::move(pages).done();
}

}  // namespace alforis::api
