// What it costs to decide that a chat request passes, beside simdjson's bare parse of the same body
// in the same run: extraction and classification, medians of many rounds, and allocations in steady
// state.
#include "policy/request/classify.h"

#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "policy/charter/load.h"
#include "policy/request/extract.h"
#include "tests/support/charters.h"

namespace {

std::atomic<std::uint64_t> allocations{0};

constexpr int rounds = 201;
constexpr int requests_per_round = 2000;

template <class Work>
double median_ns(Work work) {
  std::vector<double> ns;
  for (int round = 0; round < rounds; ++round) {
    // The processor's time, so that a busy machine measures the same work.
    std::clock_t start = std::clock();
    for (int i = 0; i < requests_per_round; ++i) work();
    ns.push_back(static_cast<double>(std::clock() - start) * 1e9 / CLOCKS_PER_SEC /
                 requests_per_round);
  }
  std::sort(ns.begin(), ns.end());
  return ns[ns.size() / 2];
}

std::string chat_body(std::size_t bytes) {
  std::string out =
      R"({"model":"chat-large-3","temperature":0.7,"max_tokens":1024,"stream":true,"messages":[)"
      R"({"role":"system","content":"You are a careful assistant.\nAnswer briefly."})";
  for (int i = 0; out.size() + 120 < bytes; ++i)
    out +=
        std::string(R"(,{"role":")") + (i % 2 == 0 ? "user" : "assistant") +
        R"(","content":"The quick brown fox \"jumps\" over the lazy dog, and again: na\u00efve."})";
  out += R"(],"user":"u-12345","n":1,"top_p":1,"stop":null})";
  return out;
}

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "bench: %s\n", what);
  std::exit(1);
}

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main() {
  using namespace keyturn;
  CharterLoad load = load_charter(testing::charter_text(testing::defence));
  require(load.charter != nullptr, "the charter does not load");
  Extractor extractor(load.charter);
  auto scratch = Extractor::make_scratch();
  Facts facts;
  Classification classification;

  std::printf("%8s %12s %12s %12s %14s %12s\n", "bytes", "parse ns", "extract ns", "classify ns",
              "beyond parse", "allocations");
  for (std::size_t bytes : {256, 1024, 4096, 16384}) {
    const std::string body = chat_body(bytes);
    RequestView request{"models.example",
                        "POST",
                        "/v1/chat/completions",
                        {{"host", "models.example"},
                         {"content-type", "application/json"},
                         {"accept", "application/json"},
                         {"user-agent", "bench"},
                         {"authorization", "Bearer x"},
                         {"x-stainless-lang", "js"},
                         {"content-length", "1024"}},
                        body};
    auto draw = [&] {
      auto endpoint = extractor.endpoint(request.host, request.method, request.target);
      require(extractor.extract(*endpoint, request, *scratch, facts).ok(), "not extracted");
    };
    auto judge = [&] {
      classify(*load.charter, facts, classification);
      require(classification.kind == Classification::Kind::pass, "not passed");
    };
    simdjson::dom::parser parser;
    double parse_ns = median_ns([&] {
      require(parser.parse(body.data(), body.size(), true).error() == simdjson::SUCCESS,
              "not parsed");
    });
    double extract_ns = median_ns(draw);
    double classify_ns = median_ns(judge);
    std::uint64_t before = allocations.load();
    for (int i = 0; i < requests_per_round; ++i) {
      draw();
      judge();
    }
    std::printf("%8zu %12.0f %12.0f %12.0f %14.0f %12.3f\n", body.size(), parse_ns, extract_ns,
                classify_ns, extract_ns + classify_ns - parse_ns,
                static_cast<double>(allocations.load() - before) / requests_per_round);
  }
}
