#include "gateway/proxy/shared_answer.h"

#include <utility>

#include "keyturn/limits.h"

namespace keyturn {

void SharedAnswer::head(unsigned status, std::vector<Field> fields) {
  {
    std::lock_guard lock(mutex_);
    has_head_ = true;
    status_ = status;
    fields_ = std::move(fields);
  }
  wake_all();
}

bool SharedAnswer::chunk(std::string_view bytes) {
  bool kept = true;
  {
    std::lock_guard lock(mutex_);
    if (cut_ || bytes_.size() + bytes.size() > gated_answer_bytes_max) {
      cut_ = true;
      kept = false;
    } else {
      bytes_.append(bytes);
    }
  }
  wake_all();
  return kept;
}

void SharedAnswer::done(const Outcome& outcome) {
  {
    std::lock_guard lock(mutex_);
    done_ = true;
    outcome_ = outcome;
  }
  wake_all();
  // Nothing more comes: whoever watched is not kept by an answer that is kept for others.
  std::lock_guard lock(mutex_);
  watchers_.clear();
}

std::uint64_t SharedAnswer::watch(std::function<void()> wake) {
  std::uint64_t watcher = 0;
  {
    std::lock_guard lock(mutex_);
    watcher = ++last_watcher_;
    if (!done_) watchers_.emplace(watcher, wake);
  }
  wake();
  return watcher;
}

void SharedAnswer::unwatch(std::uint64_t watcher) {
  std::lock_guard lock(mutex_);
  watchers_.erase(watcher);
}

SharedAnswer::View SharedAnswer::look(std::uint64_t offset, std::uint64_t most,
                                      bool want_fields) const {
  std::lock_guard lock(mutex_);
  View view;
  view.has_head = has_head_;
  view.status = status_;
  if (want_fields) view.fields = fields_;
  if (offset < bytes_.size()) view.bytes = bytes_.substr(offset, most);
  view.finished = done_ && offset + view.bytes.size() >= bytes_.size();
  view.cut = cut_;
  view.outcome = outcome_;
  return view;
}

std::uint64_t SharedAnswer::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_.size();
}

void SharedAnswer::wake_all() {
  std::map<std::uint64_t, std::function<void()>> watchers;
  {
    std::lock_guard lock(mutex_);
    watchers = watchers_;
  }
  for (const auto& [watcher, wake] : watchers) wake();
}

}  // namespace keyturn
