// SharedAnswer: the endpoint's one answer to a gated request, for every caller that waits for it.
//
// A command is dispatched at most once, so identical requests share what came back. The answer is
// kept whole (up to gated_answer_bytes_max) and each reader takes it at his own pace. Thread rule:
// any thread; readers are woken by a function of theirs, which must only post to their own loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/http/message.h"
#include "gateway/http/upstream.h"

namespace keyturn {

class SharedAnswer {
 public:
  // The writer's side.
  void head(unsigned status, std::vector<Field> fields);
  // False: the answer is larger than what is kept; it is cut here for everybody.
  bool chunk(std::string_view bytes);
  void done(const Outcome& outcome);

  // A reader's side. `wake` is called whenever there is more, and once at once. Who reads no more
  // says so, or is remembered until the answer is done.
  std::uint64_t watch(std::function<void()> wake);
  void unwatch(std::uint64_t watcher);

  struct View {
    bool has_head = false;
    unsigned status = 0;
    std::vector<Field> fields;  // filled only by the first look that finds the head
    std::string bytes;          // from the asked offset on, at most `most`
    bool finished = false;      // the outcome is known, and all bytes up to it were taken
    bool cut = false;
    Outcome outcome;
  };
  std::uint64_t bytes() const;  // that are kept so far
  View look(std::uint64_t offset, std::uint64_t most, bool want_fields) const;

 private:
  void wake_all();

  mutable std::mutex mutex_;
  // State below is protected by mutex_.
  bool has_head_ = false;
  unsigned status_ = 0;
  std::vector<Field> fields_;
  std::string bytes_;
  bool done_ = false;
  bool cut_ = false;
  Outcome outcome_;
  std::uint64_t last_watcher_ = 0;
  std::map<std::uint64_t, std::function<void()>> watchers_;
};

}  // namespace keyturn
