#include "gateway/charter/judge.h"

#include <algorithm>

#include "gateway/http/admit.h"
#include "gateway/http/tokens.h"
#include "gateway/proxy/routes.h"
#include "keyturn/limits.h"
#include "policy/charter/diagnostics.h"
#include "policy/request/path.h"

namespace keyturn {
namespace {

// Stands for a Host that was not recorded: RFC 2606 keeps the name from meaning anything.
constexpr std::string_view no_host = "recorded.invalid";

bool holds_line_end(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

// The head as it would have been sent, through the gateway's parser and its judge.
std::optional<Reason> refused_by_admit(const RecordedRequest& request, std::string_view host) {
  bool has_line_end = holds_line_end(request.method) || holds_line_end(request.target);
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: ";
  head += host;
  head += "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  for (const auto& [name, value] : request.fields) {
    has_line_end = has_line_end || holds_line_end(name) || holds_line_end(value);
    head += name + ": " + value + "\r\n";
  }
  head += "\r\n";
  if (has_line_end) return Reason{"head", "a line end, or a zero byte, within the head"};
  if (head.size() > request_head_bytes_max)
    return Reason{"head-too-large", "a head of more than " +
                                        std::to_string(request_head_bytes_max) +
                                        " bytes (request_head_bytes_max)"};
  if (request.body.size() > request_body_bytes_max)
    return Reason{"too_large", "a body of more than " + std::to_string(request_body_bytes_max) +
                                   " bytes (request_body_bytes_max)"};
  StartLine line;
  std::vector<FieldView> fields;
  HeadMeaning meaning;
  if (!Tokens(Tokens::Kind::request).head(head, line, fields))
    return Reason{"head", "the head is malformed"};
  if (const auto reject = admit_request(line, fields, meaning))
    return Reason{std::string(reject->code), std::string(reject->detail)};
  return std::nullopt;
}

Judgement& refuse(Judgement& out, Judgement::Kind kind, Reason reason) {
  out.kind = kind;
  out.reasons.push_back(std::move(reason));
  return out;
}

template <class Values>
std::vector<std::string_view> names_of(const Values& values) {
  std::vector<std::string_view> out;
  for (const auto& value : values) out.push_back(value.name);
  return out;
}

}  // namespace

Judge::Judge(std::shared_ptr<const Charter> charter)
    : charter_(std::move(charter)), extractor_(charter_), scratch_(Extractor::make_scratch()) {}

Judgement Judge::judge(const RecordedRequest& request) {
  Judgement out;
  std::string host = request.host;
  // Recorded at an endpoint itself: at the gateway it would have named that endpoint's host.
  for (const Endpoint& endpoint : charter_->endpoints)
    if (!endpoint.host.empty() && endpoint.origin == request.scheme_and_host) host = endpoint.host;
  if (host.empty()) host = no_host;
  if (auto reason = refused_by_admit(request, host))
    return refuse(out, Judgement::Kind::refused, std::move(*reason));
  RequestView view{host, request.method, request.target, {}, request.body};
  for (const auto& [name, value] : request.fields) view.fields.emplace_back(name, value);
  const auto endpoint = extractor_.endpoint(host, request.method, path_of(request.target));
  if (!endpoint)
    return refuse(out, Judgement::Kind::unmatched, {"unmatched", "no endpoint has this path"});
  out.endpoint = charter_->endpoint(*endpoint).name;
  if (const auto drawn = extractor_.extract(*endpoint, view, *scratch_, out.facts); !drawn.ok())
    return refuse(out, Judgement::Kind::refused,
                  {std::string(code_name(drawn.error().code)), drawn.error().message});
  Classification found;
  classify(*charter_, out.facts, found);
  out.pass = found.pass;
  for (const ClassId id : found.classes) out.classes.push_back(charter_->klass(id).name);
  out.reasons = found.reasons;
  if (found.kind != Classification::Kind::refused) {
    out.kind =
        found.kind == Classification::Kind::pass ? Judgement::Kind::pass : Judgement::Kind::gated;
  } else {
    const bool unmatched = std::all_of(found.reasons.begin(), found.reasons.end(),
                                       [](const Reason& one) { return one.code == "unmatched"; });
    out.kind = unmatched ? Judgement::Kind::unmatched : Judgement::Kind::refused;
  }
  return out;
}

Result<std::string> Judge::principal_of(const RecordedRequest& request,
                                        const std::string& otherwise) const {
  const std::string& name = request.principal.empty() ? otherwise : request.principal;
  if (!name.empty()) {
    CHECK_OK(require_principal(*charter_, name));
    return name;
  }
  std::optional<std::string_view> authorization, api_key;
  for (const auto& [field, value] : request.fields) {
    if (field == "authorization") authorization = value;
    if (field == "x-api-key") api_key = value;
  }
  const auto principal = authenticate(*charter_, authorization, api_key);
  if (!principal.ok()) return Error{Code::not_found, "who sent it was not recorded"};
  return std::string(charter_->principal_name(*principal));
}

intent::Propose proposal_of(const RecordedRequest& request, const Facts& facts,
                            std::string_view principal, std::uint64_t number) {
  intent::Propose out;
  const std::string digits = std::to_string(number);
  out.id = std::string(26 - digits.size(), '0') + digits;
  out.nonce.fill(0);
  out.nonce[0] = 1;  // no secret is kept by it: nothing of this leaves the tool
  out.principal = principal;
  out.facts = facts;
  RequestParts parts;
  parts.nonce = out.nonce;
  parts.method = request.method;
  parts.endpoint = facts.endpoint;
  parts.target = request.target;
  parts.headers = facts.headers;
  parts.body = request.body;
  out.request = request_digest(parts);
  return out;
}

Result<void> require_principal(const Charter& charter, std::string_view name) {
  if (charter.find_principal(name)) return {};
  std::vector<std::string_view> names = names_of(charter.persons);
  for (const Agent& agent : charter.agents) names.push_back(agent.name);
  return Error{Code::invalid,
               "the charter has no person or agent " + quoted(name) + suggestion(name, names)};
}

Result<PersonId> require_person(const Charter& charter, std::string_view name) {
  if (const auto person = charter.find_person(name)) return *person;
  if (charter.find_agent(name))
    return Error{Code::invalid, quoted(name) + " is an agent; only persons approve"};
  return Error{Code::invalid, "the charter has no person " + quoted(name) +
                                  suggestion(name, names_of(charter.persons))};
}

}  // namespace keyturn
