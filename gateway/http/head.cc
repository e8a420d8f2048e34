#include "gateway/http/head.h"

namespace keyturn {

std::optional<std::string_view> Head::field(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const FieldView& field : fields_) {
    if (!same_name(field.name, name)) continue;
    if (found) return {};
    found = field.value;
  }
  return found;
}

std::size_t Head::count(std::string_view name) const {
  std::size_t count = 0;
  for (const FieldView& field : fields_) count += same_name(field.name, name) ? 1 : 0;
  return count;
}

Request Head::copy(std::string_view body) const {
  Request request;
  request.method = method_;
  request.target = target_;
  request.path = path();
  request.query = query();
  request.has_query = has_query();
  request.host = host_;
  request.fields.reserve(fields_.size());
  for (const FieldView& field : fields_)
    request.fields.push_back({std::string(field.name), std::string(field.value)});
  request.body = body;
  request.peer = peer_;
  request.peer_key = peer_key_;
  return request;
}

}  // namespace keyturn
