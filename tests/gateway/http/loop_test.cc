#include "gateway/http/loop.h"

#include <doctest/doctest.h>

#include "gateway/http/message.h"
#include "gateway/http/poller.h"
#include "tests/gateway/http/harness.h"

using namespace keyturn;

TEST_CASE("posts from many threads all run, each thread's in its order") {
  LoopThread thread;
  constexpr int threads = 4;
  constexpr int posts = 2000;
  std::vector<int> last(threads, -1);
  int out_of_order = 0;
  std::vector<std::thread> writers;
  for (int t = 0; t < threads; ++t)
    writers.emplace_back([&, t] {
      for (int i = 0; i < posts; ++i)
        thread.loop().post([&, t, i] {
          out_of_order += last[static_cast<std::size_t>(t)] == i - 1 ? 0 : 1;
          last[static_cast<std::size_t>(t)] = i;
        });
    });
  for (std::thread& writer : writers) writer.join();
  thread.on_loop([&] {
    CHECK(out_of_order == 0);
    for (int i : last) CHECK(i == posts - 1);
  });
}

TEST_CASE("timers fire in the order of their times, once, and not after they were cancelled") {
  LoopThread thread;
  std::vector<int> fired;
  std::promise<void> done;
  thread.on_loop([&] {
    Loop& loop = thread.loop();
    using std::chrono::milliseconds;
    loop.after(milliseconds(500), [&] {
      fired.push_back(5);
      done.set_value();
    });
    loop.after(milliseconds(250), [&] { fired.push_back(2); });
    const auto cancelled = loop.after(milliseconds(100), [&] { fired.push_back(1); });
    loop.after(milliseconds(0), [&] { fired.push_back(0); });
    CHECK(loop.cancel(cancelled));
    CHECK_FALSE(loop.cancel(cancelled));
    CHECK_FALSE(loop.cancel(0));
  });
  done.get_future().wait();
  thread.on_loop([&] { CHECK(fired == std::vector<int>{0, 2, 5}); });
}

TEST_CASE("a timer is never early, and one beyond the wheel's turn waits out its time") {
  struct Recorder final : Timer {
    void on_timer() override { fired_us = poller->now_us(); }
    Poller* poller = nullptr;
    std::uint64_t fired_us = 0;
  };
  LoopThread thread;
  Recorder soon;
  Recorder far;
  std::uint64_t begun_us = 0;
  thread.on_loop([&] {
    Poller& poller = thread.loop().poller();
    soon.poller = far.poller = &poller;
    begun_us = poller.now_us();
    poller.set(far, 500'000);
    poller.set(far, 150);  // brought forward
    poller.set(soon, 100);
    poller.set(soon, 300);  // put off
  });
  std::promise<void> done;
  thread.on_loop(
      [&] { thread.loop().after(std::chrono::milliseconds(600), [&] { done.set_value(); }); });
  done.get_future().wait();
  thread.on_loop([&] {
    CHECK(far.fired_us >= begun_us + 150'000);
    CHECK(soon.fired_us >= begun_us + 300'000);
    CHECK(soon.fired_us > far.fired_us);
    thread.loop().poller().set(far, 500'000);
    far.fired_us = 0;
  });
  thread.on_loop([&] { CHECK(far.fired_us == 0); });
}

TEST_CASE("what is deferred within a deferred function waits for the next round") {
  LoopThread thread;
  std::promise<void> done;
  int depth = 0;
  std::function<void()> again = [&] {
    if (++depth == 100) return done.set_value();
    thread.loop().poller().defer(again);
  };
  thread.loop().post([&] { thread.loop().poller().defer(again); });
  done.get_future().wait();
  CHECK(depth == 100);
}

TEST_CASE("functions that never ran are dropped with the loop") {
  const auto alive = std::make_shared<int>(1);
  {
    auto loop = Loop::create().value();
    loop->post([alive] {});
    loop->after(std::chrono::milliseconds(1), [alive] {});
    loop->poller().defer([alive] {});
    loop->stop();
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a problem names its status and code, and escapes its detail") {
  const Response response = problem(403, "no-class", "say \"no\"\\\n\x1b\xff");
  CHECK(response.status == 403);
  CHECK(response.body ==
        "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403,"
        "\"detail\":\"say \\\"no\\\"\\\\\\u000a\\u001b?\",\"error\":{\"message\":"
        "\"say "
        "\\\"no\\\"\\\\\\u000a\\u001b?\",\"type\":\"keyturn_refusal\",\"code\":\"no-class\"}}\n");
}
