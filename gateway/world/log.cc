#include "gateway/world/log.h"

#include <fcntl.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

namespace keyturn {
namespace {

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::alarm:
      break;
  }
  return spdlog::level::critical;
}

std::shared_ptr<spdlog::logger> make_logger(std::shared_ptr<spdlog::sinks::sink> sink, bool json) {
  auto logger = std::make_shared<spdlog::logger>("keyturn", std::move(sink));
  logger->set_pattern(json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  return logger;
}

Result<std::shared_ptr<spdlog::sinks::sink>> open_sink(const std::string& file) {
  if (file.empty()) return {std::make_shared<spdlog::sinks::stderr_sink_st>()};
  // Made here, so that it is nobody else's to read, and so that an error has its reason.
  const int made =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (made < 0) {
    return Error{Code::unavailable,
                 "the log file `" + file + "` cannot be opened: " + std::strerror(errno)};
  }
  ::close(made);
  try {
    return {std::make_shared<spdlog::sinks::basic_file_sink_st>(file)};
  } catch (const spdlog::spdlog_ex& error) {
    return Error{Code::unavailable,
                 "the log file `" + file + "` cannot be opened: " + escaped(error.what())};
  }
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

// Whether a value may stand without quotes.
bool plain(std::string_view text) {
  return !text.empty() && text.find_first_of(" \"=\\") == std::string_view::npos;
}

std::string quoted(std::string_view text) {
  std::string inside = escaped(text);
  if (plain(inside)) return inside;
  std::string out = "\"";
  for (const char c : inside) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

struct Log::Impl {
  std::atomic<LogLevel> level{LogLevel::info};
  std::mutex mutex;
  // State below is protected by mutex.
  std::shared_ptr<spdlog::logger> logger =
      make_logger(std::make_shared<spdlog::sinks::stderr_sink_st>(), false);
  bool json = false;
};

Log::Log() : impl_(std::make_unique<Impl>()) {}
Log::~Log() = default;

Result<std::function<void()>> Log::prepare(const LogOptions& options) {
  TRY(auto sink, open_sink(options.file));
  auto logger = make_logger(std::move(sink), options.json);
  return std::function<void()>(
      [this, logger = std::move(logger), level = options.level, json = options.json] {
        impl_->level.store(level, std::memory_order_relaxed);
        const std::lock_guard lock(impl_->mutex);
        impl_->logger = logger;
        impl_->json = json;
      });
}

void Log::write(LogLevel level, std::string_view event, std::string_view message, Values values) {
  if (level < impl_->level.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(impl_->mutex);
  const std::string line =
      impl_->json ? json_members(event, message, values) : text_line(event, message, values);
  impl_->logger->log(spdlog_level(level), "{}", line);
}

void Log::info(std::string_view event, std::string_view message, Values values) {
  write(LogLevel::info, event, message, values);
}
void Log::warn(std::string_view event, std::string_view message, Values values) {
  write(LogLevel::warn, event, message, values);
}
void Log::alarm(std::string_view event, std::string_view message, Values values) {
  write(LogLevel::alarm, event, message, values);
}

std::string text_line(std::string_view event, std::string_view message, Log::Values values) {
  std::string line = escaped(event);
  if (!message.empty()) line += ": " + escaped(message);
  for (const LogValue& value : values) {
    if (value.absent()) continue;
    line += " " + escaped(value.name) + "=";
    line += value.is_number ? std::to_string(value.number) : quoted(value.text);
  }
  return line;
}

std::string json_members(std::string_view event, std::string_view message, Log::Values values) {
  std::string line = "\"event\":" + json_string(event);
  if (!message.empty()) line += ",\"message\":" + json_string(message);
  for (const LogValue& value : values) {
    if (value.absent()) continue;
    line += "," + json_string(value.name) + ":";
    line += value.is_number ? std::to_string(value.number) : json_string(value.text);
  }
  return line;
}

std::string escaped(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      out.push_back(c);
    } else if (c == '\\') {
      out += "\\\\";
    } else {
      out += "\\x";
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    }
  }
  return out;
}

}  // namespace keyturn
