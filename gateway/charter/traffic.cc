// Traffic: files of recorded requests, read one record at a time.
#include <fstream>
#include <nlohmann/json.hpp>

#include "gateway/charter/recorded.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using Json = nlohmann::json;

// What the largest request may take as JSON, where an escape is six bytes for one.
constexpr std::uint64_t record_bytes_max = 6 * (request_body_bytes_max + request_head_bytes_max);

Error cannot_read(const std::string& file) {
  return Error{Code::unavailable, "cannot read `" + file + "`"};
}

// A HAR file is one object whose first member is `log`; a line of JSON lines never has that one.
bool is_har(std::ifstream& in) {
  constexpr std::string_view blank = " \t\r\n", start = "{\"log\":";
  std::string head;
  for (char c = 0; head.size() < start.size() && in.get(c);)
    if (blank.find(c) == std::string_view::npos) head += c;
  in.clear();
  in.seekg(0);
  return head == start;
}

// A line without its end; nullopt: it is longer than a recorded request can be. False: no more.
bool next_line(std::istream& in, std::optional<std::string>& line) {
  line.emplace();
  bool any = false;
  for (int c = in.get(); c != std::char_traits<char>::eof(); c = in.get()) {
    any = true;
    if (c == '\n') return true;
    if (!line) continue;
    if (line->size() == record_bytes_max)
      line.reset();
    else
      line->push_back(static_cast<char>(c));
  }
  return any;
}

Result<void> read_lines(std::ifstream& in, const std::string& file, const RecordedSink& sink) {
  std::optional<std::string> line;
  for (std::uint64_t number = 1; next_line(in, line); ++number) {
    if (!line) {
      sink(number, Error{Code::too_large, "longer than any request: " +
                                              std::to_string(record_bytes_max) + " bytes"});
    } else if (line->find_first_not_of(" \t\r") != std::string::npos) {
      sink(number, read_recorded(*line));
    }
  }
  if (in.bad()) return cannot_read(file);
  return {};
}

// Each entry is taken out of the document as soon as it is complete, so that a file of any size
// needs the memory of one entry.
Result<void> read_har(std::ifstream& in, const std::string& file, const RecordedSink& sink) {
  constexpr int entry_depth = 3;  // log, entries, the entry
  std::uint64_t number = 0;
  std::vector<std::string> keys(entry_depth + 1);
  const auto take = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::key && depth > 0 && depth <= entry_depth)
      keys[static_cast<std::size_t>(depth)] = value.get<std::string>();
    const bool is_entry = event == Json::parse_event_t::object_end && depth == entry_depth &&
                          keys[1] == "log" && keys[2] == "entries";
    if (!is_entry) return true;
    Json entry = Json::object();  // without the answer, which is most of it
    entry["request"] = value.contains("request") ? std::move(value["request"]) : Json();
    sink(++number, read_recorded(entry.dump(-1, ' ', false, Json::error_handler_t::replace)));
    return false;
  };
  const Json document = Json::parse(in, take, false);
  if (in.bad()) return cannot_read(file);
  if (document.is_discarded())
    return Error{Code::invalid, "`" + file + "` is no JSON from behind entry " +
                                    std::to_string(number) + " on: is it cut short?"};
  return {};
}

}  // namespace

Result<void> read_traffic(const std::string& file, const RecordedSink& sink) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{Code::not_found, "cannot open `" + file + "`"};
  return is_har(in) ? read_har(in, file, sink) : read_lines(in, file, sink);
}

}  // namespace keyturn
