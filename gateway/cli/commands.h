// The subcommands of `keyturn`: their options, and a function each (one file each). Only app.cc
// knows how options are read. Every function returns the process's exit status: 0 done; 1 refused,
// or a finding; 2 could not be asked (bad input, no connection). Errors go to standard error, one
// line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace keyturn::cli {

struct CharterCheck {
  std::string file;
  bool quiet = false;
};
int charter_check(const CharterCheck& options);
struct CharterFmt {
  std::string file;
  bool check = false;
  std::string out;           // a new file; `-`: standard output
  std::string config, data;  // where its journal may be, if not beside it
};
int charter_fmt(const CharterFmt& options);
struct CharterExplain {
  std::string file;
  std::string request;      // one recorded request; empty: the whole charter
  std::uint64_t entry = 0;  // which of several; 0: the only one, or the first
  std::string principal;    // who sent it, where that is not recorded
  std::vector<std::string> approved;
  std::string data;  // a journal's data folder; empty: nothing is directed yet
};
int charter_explain(const CharterExplain& options);
struct CharterJson {
  std::string file;
};
int charter_json(const CharterJson& options);
struct CharterTest {
  std::string file;
  std::vector<std::string> cases;  // empty: those beside the charter
};
int charter_test(const CharterTest& options);
struct CharterTry {
  std::string file, traffic, principal;
  bool json = false;
};
int charter_try(const CharterTry& options);

struct Init {
  std::string folder;
  std::string deployment = "joint-autonomy";
  std::string callers = "127.0.0.1:9300";
  std::string officials = "127.0.0.1:9310";
  std::string fleet = "http://127.0.0.1:9301";
  std::string model = "http://127.0.0.1:9302";
  std::string delay = "2m";
};
int init(const Init& options);

struct KeysNew {
  std::string name, file, passphrase_file;
};
int keys_new(const KeysNew& options);
struct KeysShow {
  std::string file;
};
int keys_show(const KeysShow& options);

struct KeysCertificate {
  std::string file;
};
int keys_certificate(const KeysCertificate& options);

struct TokensNew {
  std::string file;  // empty: to standard output
};
int tokens_new(const TokensNew& options);

struct Serve {
  std::string config;
};
int serve(const Serve& options);

// What is simulated listens in the clear, or with a certificate.
struct Simulated {
  std::string listen, certificate, key;
};
struct Fleet {
  std::string charter, endpoint = "fleet";
  Simulated at{"127.0.0.1:9301", {}, {}};
};
int fleet(const Fleet& options);

struct Model {
  Simulated at{"127.0.0.1:9302", {}, {}};
};
int model(const Model& options);

// What every official's subcommand needs.
struct Official {
  std::string url, charter, key, passphrase_file;
  std::string ca;  // whom an https gateway's certificate must come from; empty: the system's
  bool json = false;
};
struct OfficialRead {
  Official official;
  std::string id;
};
int pending(const OfficialRead& options);
int show(const OfficialRead& options);
int shares(const OfficialRead& options);
struct OfficialWord {
  Official official;
  std::string id;
  std::string reason;  // vetoes
  bool yes = false;
};
int approve(const OfficialWord& options);
int veto(const OfficialWord& options);

struct JournalRead {
  std::string data, charter, high_water;
  std::string checkpoint;              // a note from elsewhere
  std::optional<std::uint64_t> index;  // show, prove
  bool json = false;
};
int journal_verify(const JournalRead& options);
int journal_replay(const JournalRead& options);
int journal_show(const JournalRead& options);
int journal_prove(const JournalRead& options);

// Copies a journal, running or not, and looks at what was copied.
struct JournalBackup {
  JournalRead read;
  std::string to;
};
int journal_backup(const JournalBackup& options);

struct CommandModel;
struct Man {
  std::vector<std::string> command;
  std::string folder;  // not empty: every page, as a file of it
};
int man(const CommandModel& root, const Man& options);

struct Limits {
  bool json = false;
};
int limits(const Limits& options);

// A caller's side, for scripts: sends one request, follows the ladder, prints status and answer.
struct Call {
  std::string method, url, token_file, body_file;
  std::vector<std::string> headers;
  bool follow = true;
  std::uint32_t timeout_seconds = 600;
  std::string ca, certificate, key;  // https: whom to trust, and what to show
};
int call(const Call& options);

}  // namespace keyturn::cli
