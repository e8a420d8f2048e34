#include "gateway/world/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace keyturn {

struct Log::Impl {
  spdlog::logger logger{"keyturn", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

Log::Log() : impl_(std::make_unique<Impl>()) {
  impl_->logger.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  impl_->logger.flush_on(spdlog::level::info);
}
Log::~Log() = default;

void Log::info(std::string_view line) { impl_->logger.info("{}", escaped(line)); }
void Log::warn(std::string_view line) { impl_->logger.warn("{}", escaped(line)); }
void Log::alarm(std::string_view line) { impl_->logger.critical("{}", escaped(line)); }

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
