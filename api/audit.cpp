#include "api/audit.hpp"

#include <chrono>

#include "api/networks.hpp"
#include "api/patient_submit.hpp"
#include "api/routes/common.hpp"
#include "commands/audit.hpp"

namespace alforis::api {

using domain::Line;
using domain::Uuid;

namespace {

template <std::size_t Max>
Line<Max> line(std::string_view text) {
  return Line<Max>::parse(text.substr(0, Max)).value();
}

std::optional<Line<64>> network_line(const RequestContext& context) {
  const std::string network = network_of(context.request.remote_address(), k_anonymous);
  return network.empty() ? std::nullopt : std::optional(line<64>(network));
}

/// Who asks for a header that cannot be understood is noted all the same.
commands::CommandRequest request_of(Services& services, const RequestContext& context, const Uuid& actor) {
  try {
    return request_by(services, context, actor);
  } catch (const ProblemException&) {
    commands::CommandRequest request;
    request.command_id = services.new_id().text();
    request.actor = actor;
    return request;
  }
}

/// `whose`: budget of notes it goes off.
void note(Services& services, const RequestContext& context, std::string_view whose, const Uuid& actor,
          commands::NoteAudit command) {
  if (!services.refusal_notes.take(whose, std::chrono::steady_clock::now()).allowed) {
    services.notes_lost->fetch_add(1, std::memory_order_relaxed);
    return;
  }
  auto request = request_of(services, context, actor);
  request.command = std::move(command);
  request.patient = true;
  services.writer.submit(std::move(request), [lost = services.notes_lost](const commands::CommandResult& result) {
    if (std::holds_alternative<commands::Rejection>(result)) lost->fetch_add(1, std::memory_order_relaxed);
  });
}

Task<void> note_first(Services& services, const RequestContext& context, commands::NoteAudit command) {
  auto request = request_by(services, context, context.viewer().id);
  request.command = std::move(command);
  auto submitting = submit_patiently(services.writer, std::move(request));
  const auto result = co_await std::move(submitting);
  if (std::holds_alternative<commands::Rejection>(result)) {
    throw ProblemException(unavailable("who reads this is to be noted, which is not possible at the moment"));
  }
}

Task<Response> noted_read(Services& services, const Handler& handler, RequestContext& context) {
  auto reading = handler(context);
  Response response = co_await std::move(reading);
  if (response.status != 200 || !services.audits_reads_of_people()) co_return response;
  domain::AuditPersonRead read;
  read.route = line<200>(context.route->pattern);
  if (context.route->pattern.find("{id}") != std::string::npos) read.person_id = path_id(context).value();
  const Uuid subject = read.person_id.value_or(context.viewer().id);
  auto noting = note_first(services, context, {subject, std::move(read)});
  co_await std::move(noting);
  co_return response;
}

}  // namespace

void note_refused_login(Services& services, const RequestContext& context, const Uuid& user, std::string_view code) {
  const Uuid actor = user.is_nil() ? domain::system_actor() : user;
  const std::string caller = network_of(context.request.remote_address(), k_subscriber);
  note(services, context, caller, actor, {user, domain::AuditLoginRefused{line<64>(code), network_line(context)}});
}

void note_refused_request(Services& services, const RequestContext& context, std::string_view code) {
  domain::AuditRequestRefused refused;
  refused.method = line<10>(text(context.request.method()));
  refused.route = line<200>(context.route->pattern);
  if (context.route->pattern.find("{id}") != std::string::npos) {
    const auto id = Uuid::parse(context.path_parameter(0));
    if (id) refused.record = *id;
  }
  refused.code = line<64>(code);
  refused.network = network_line(context);
  const Uuid asker = context.viewer().id;
  note(services, context, asker.text(), asker, {asker, std::move(refused)});
}

Task<void> note_export(Services& services, const RequestContext& context, Export what) {
  domain::AuditExported exported{line<64>(what.what), what.person, line<20>(what.format),
                                 static_cast<std::int64_t>(what.rows)};
  const Uuid subject = what.person.value_or(context.viewer().id);
  auto noting = note_first(services, context, {subject, std::move(exported)});
  co_await std::move(noting);
}

void note_reads_of_people(Services& services, Route& row) {
  if (row.fast) {
    row.fast = [&services, fast = row.fast](RequestContext& context) -> std::optional<Response> {
      return services.audits_reads_of_people() ? std::nullopt : fast(context);
    };
  }
  row.handler = [&services, handler = row.handler](RequestContext& context) {
    return noted_read(services, handler, context);
  };
}

}  // namespace alforis::api
