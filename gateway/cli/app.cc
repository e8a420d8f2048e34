#include "gateway/cli/app.h"

#include <CLI/CLI.hpp>
#include <functional>

#include "gateway/cli/command_model.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/version.h"
#include "policy/charter/diagnostics.h"

namespace keyturn::cli {
namespace {

// Which subcommand was given; run after all is read.
using Chosen = std::function<int()>;

void add_official(CLI::App* app, Official& official) {
  app->add_option("--url", official.url, "the officials' listener, https://host:port")
      ->envname("KEYTURN_OFFICIALS_URL")
      ->required();
  app->add_option("--charter", official.charter, "your own copy of the charter")
      ->envname("KEYTURN_CHARTER")
      ->required();
  app->add_option("--key", official.key, "your key file")->envname("KEYTURN_KEY")->required();
  app->add_option("--passphrase-file", official.passphrase_file,
                  "where your key's passphrase stands; asked for otherwise")
      ->envname("KEYTURN_PASSPHRASE_FILE");
  app->add_option("--ca", official.ca,
                  "certificate authorities (PEM) to trust instead of the system's")
      ->envname("KEYTURN_CA");
  app->add_flag("--json", official.json, "print the gateway's JSON");
}

// A subcommand that works on one charter: its options, and what runs it.
template <class Options>
std::pair<CLI::App*, std::shared_ptr<Options>> add_charter_tool(CLI::App* charter, const char* name,
                                                                const char* what,
                                                                int (*function)(const Options&),
                                                                Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = charter->add_subcommand(name, what);
  command->add_option("file", options->file, "the charter")->required();
  command->callback([options, function, &chosen] {
    chosen = [options, function] { return function(*options); };
  });
  return {command, options};
}

void add_charter_readers(CLI::App* charter, Chosen& chosen) {
  const auto [explain, explained] = add_charter_tool<CharterExplain>(
      charter, "explain", "say a charter, or one request under it, in sentences", charter_explain,
      chosen);
  auto* request = explain->add_option("--request", explained->request,
                                      "a recorded request: JSON, or an entry of a HAR file");
  explain->add_option("--entry", explained->entry, "which, where the file holds several; from 1")
      ->needs(request);
  explain->add_option("--as", explained->principal, "who sent it, where that is not recorded")
      ->needs(request);
  explain->add_option("--approved", explained->approved, "who has approved, as a,b,c")
      ->delimiter(',')
      ->needs(request);
  explain
      ->add_option("--journal", explained->data,
                   "a data folder, for what is directed now; nothing otherwise")
      ->needs(request);

  add_charter_tool<CharterJson>(charter, "json", "print a charter as JSON, for other programs",
                                charter_json, chosen);
}

void add_charter(CLI::App& app, Chosen& chosen) {
  CLI::App* charter =
      app.add_subcommand("charter", "work on a charter's text")->require_subcommand(1);
  const auto [check, checked] = add_charter_tool<CharterCheck>(
      charter, "check", "say everything that is wrong with a charter", charter_check, chosen);
  check->add_flag("--quiet", checked->quiet, "print nothing where all is well");

  const auto [fmt, layout] = add_charter_tool<CharterFmt>(
      charter, "fmt", "lay a charter out in the one way that is usual", charter_fmt, chosen);
  auto* check_only =
      fmt->add_flag("--check", layout->check, "only say (exit status 1) if it is not");
  fmt->add_option("--out", layout->out, "write it here, a new file; - for standard output")
      ->excludes(check_only);
  fmt->add_option("--config", layout->config,
                  "keyturn.toml of the gateway that may serve it; beside the charter otherwise");
  fmt->add_option("--data", layout->data, "the data folder of that gateway")
      ->envname("KEYTURN_DATA");

  const auto [test, tested] = add_charter_tool<CharterTest>(
      charter, "test", "run the cases beside a charter", charter_test, chosen);
  test->add_option("cases", tested->cases, "files of cases; NAME.cases of NAME.charter otherwise");

  const auto [trial, tried] = add_charter_tool<CharterTry>(
      charter, "try", "say what a charter makes of recorded traffic", charter_try, chosen);
  trial->add_option("traffic", tried->traffic, "a HAR file, or JSON lines")->required();
  trial->add_option("--as", tried->principal, "who sent what has no sender recorded");
  trial->add_flag("--json", tried->json, "print JSON");

  add_charter_readers(charter, chosen);
}

// The nearest subcommand or option to the first argument that nobody expected.
std::string suggested(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  std::vector<std::string> names;
  for (const CLI::App* one : at->get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(one->get_name());
  for (const CLI::Option* one : at->get_options())
    for (const std::string& name : one->get_lnames()) names.push_back("--" + name);
  std::vector<std::string_view> views(names.begin(), names.end());
  for (const std::string& word : app.remaining(true)) {
    const std::string nearest = suggestion(word.substr(0, word.find('=')), views);
    if (!nearest.empty()) return "`" + word + "`" + nearest;
  }
  return {};
}

void add_setup(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Init>();
  CLI::App* command = app.add_subcommand(
      "init", "make a folder with a filled charter, keys, tokens and a data folder");
  command->add_option("folder", options->folder, "a new folder")->required();
  command->add_option("--deployment", options->deployment, "the deployment's name")
      ->capture_default_str();
  command->add_option("--callers", options->callers, "where callers connect")
      ->capture_default_str();
  command->add_option("--officials", options->officials, "where officials connect")
      ->capture_default_str();
  command->add_option("--fleet", options->fleet, "origin of the fleet")->capture_default_str();
  command->add_option("--model", options->model, "origin of the model endpoint")
      ->capture_default_str();
  command->add_option("--delay", options->delay, "delay between quorum and claim")
      ->capture_default_str();
  command->callback([options, &chosen] { chosen = [options] { return init(*options); }; });

  CLI::App* keys = app.add_subcommand("keys", "key files")->require_subcommand(1);
  auto fresh = std::make_shared<KeysNew>();
  CLI::App* keys_new_command =
      keys->add_subcommand("new", "make a key, print its line for the charter");
  keys_new_command->add_option("name", fresh->name, "the person, agent or journal it is for")
      ->required();
  keys_new_command->add_option("file", fresh->file, "where to write it; never overwrites")
      ->required();
  keys_new_command
      ->add_option("--passphrase-file", fresh->passphrase_file,
                   "its passphrase; asked for otherwise")
      ->envname("KEYTURN_PASSPHRASE_FILE");
  keys_new_command->callback([fresh, &chosen] { chosen = [fresh] { return keys_new(*fresh); }; });
  auto shown = std::make_shared<KeysShow>();
  CLI::App* keys_show_command =
      keys->add_subcommand("show", "print a key file's name and public key");
  keys_show_command->add_option("file", shown->file, "the key file")->required();
  keys_show_command->callback([shown, &chosen] { chosen = [shown] { return keys_show(*shown); }; });

  auto certificate = std::make_shared<KeysCertificate>();
  CLI::App* keys_certificate_command = keys->add_subcommand(
      "certificate", "print the charter's line for the key of a client certificate");
  keys_certificate_command->add_option("file", certificate->file, "the certificate, PEM")
      ->required();
  keys_certificate_command->callback([certificate, &chosen] {
    chosen = [certificate] { return keys_certificate(*certificate); };
  });

  CLI::App* tokens = app.add_subcommand("tokens", "bearer tokens")->require_subcommand(1);
  auto token = std::make_shared<TokensNew>();
  CLI::App* tokens_new_command =
      tokens->add_subcommand("new", "make a token and its line for the charter");
  tokens_new_command->add_option("file", token->file,
                                 "write the token here (mode 0600) and print only the line");
  tokens_new_command->callback(
      [token, &chosen] { chosen = [token] { return tokens_new(*token); }; });
}

void add_simulated(CLI::App* command, Simulated& options) {
  command->add_option("--listen", options.listen, "address:port")->capture_default_str();
  command->add_option("--certificate", options.certificate,
                      "speak TLS, with this certificate chain (PEM)");
  command->add_option("--key", options.key, "its private key (PEM)");
}

void add_daemons(CLI::App& app, Chosen& chosen) {
  auto gateway = std::make_shared<Serve>();
  CLI::App* serve_command = app.add_subcommand("serve", "run the gateway");
  serve_command->add_option("--config", gateway->config, "keyturn.toml")->required();
  serve_command->callback([gateway, &chosen] { chosen = [gateway] { return serve(*gateway); }; });

  auto ships = std::make_shared<Fleet>();
  CLI::App* fleet_command = app.add_subcommand(
      "fleet", "run a simulated fleet with a tasks API over the charter's systems");
  fleet_command->add_option("--charter", ships->charter, "the charter")
      ->envname("KEYTURN_CHARTER")
      ->required();
  fleet_command->add_option("--endpoint", ships->endpoint, "which endpoint of the charter it is")
      ->capture_default_str();
  add_simulated(fleet_command, ships->at);
  fleet_command->callback([ships, &chosen] { chosen = [ships] { return fleet(*ships); }; });

  auto stand_in = std::make_shared<Model>();
  CLI::App* model_command = app.add_subcommand(
      "model", "run a stand-in model endpoint: the wire format of one, and no model behind it");
  add_simulated(model_command, stand_in->at);
  model_command->callback(
      [stand_in, &chosen] { chosen = [stand_in] { return model(*stand_in); }; });
}

void add_reads(CLI::App& app, Chosen& chosen) {
  const auto add = [&](const char* name, const char* what, int (*function)(const OfficialRead&),
                       bool with_id) {
    auto options = std::make_shared<OfficialRead>();
    CLI::App* command = app.add_subcommand(name, what);
    if (with_id) command->add_option("id", options->id, "the command")->required();
    add_official(command, options->official);
    command->callback([options, function, &chosen] {
      chosen = [options, function] { return function(*options); };
    });
  };
  add("pending", "list held commands", pending, false);
  add("show", "show one command: its text, its approvals, what it lacks", show, true);
  add("shares", "show who directs what share now", shares, false);
}

void add_words(CLI::App& app, Chosen& chosen) {
  const auto add = [&](const char* name, const char* what, int (*function)(const OfficialWord&),
                       bool with_reason) {
    auto options = std::make_shared<OfficialWord>();
    CLI::App* command = app.add_subcommand(name, what);
    command->add_option("id", options->id, "the command")->required();
    if (with_reason) command->add_option("--reason", options->reason, "why, for the record");
    command->add_flag("--yes", options->yes, "do not ask before signing");
    add_official(command, options->official);
    command->callback([options, function, &chosen] {
      chosen = [options, function] { return function(*options); };
    });
  };
  add("approve", "check a command against its body and your charter, and sign for it", approve,
      false);
  add("veto", "sign a veto against a command", veto, true);
}

void add_place(CLI::App& command, JournalRead& options) {
  command.add_option("--data", options.data, "the data folder")
      ->envname("KEYTURN_DATA")
      ->required();
  command.add_option("--charter", options.charter, "the charter")
      ->envname("KEYTURN_CHARTER")
      ->required();
  command.add_option("--high-water", options.high_water, "the high-water file, if elsewhere");
}

void add_journal(CLI::App& app, Chosen& chosen) {
  CLI::App* journal =
      app.add_subcommand("journal", "read a journal, running or copied")->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, int (*function)(const JournalRead&),
                       bool wants_index) {
    auto options = std::make_shared<JournalRead>();
    CLI::App* command = journal->add_subcommand(name, what);
    add_place(*command, *options);
    command->add_option("--checkpoint", options->checkpoint,
                        "a signed checkpoint from elsewhere, to compare with");
    command->add_flag("--json", options->json, "print JSON");
    auto* index = command->add_option("index", options->index, "the entry");
    if (wants_index) index->required();
    command->callback([options, function, &chosen] {
      chosen = [options, function] { return function(*options); };
    });
  };
  add("verify", "recompute the tree and compare it with every signature and mark", journal_verify,
      false);
  add("replay", "decide every entry again and compare", journal_replay, false);
  add("show", "print entries", journal_show, false);
  add("prove", "print a proof that an entry is in the journal (C2SP tlog-proof)", journal_prove,
      true);
  auto backup = std::make_shared<JournalBackup>();
  CLI::App* command = journal->add_subcommand(
      "backup", "copy the databases of a gateway, running or not, and verify the copy");
  add_place(*command, backup->read);
  command->add_option("--to", backup->to, "a new folder for the copy")->required();
  command->callback([backup, &chosen] { chosen = [backup] { return journal_backup(*backup); }; });
}

void add_small(CLI::App& app, Chosen& chosen) {
  auto table = std::make_shared<Limits>();
  CLI::App* limits_command = app.add_subcommand("limits", "print every limit");
  limits_command->add_flag("--json", table->json, "print JSON");
  limits_command->callback([table, &chosen] { chosen = [table] { return limits(*table); }; });

  auto request = std::make_shared<Call>();
  CLI::App* command =
      app.add_subcommand("call", "send one request as a caller, and wait for its answer");
  command->add_option("method", request->method, "GET, POST, …")->required();
  command->add_option("url", request->url, "https://host:port/path")->required();
  command->add_option("--token-file", request->token_file, "the bearer token");
  command
      ->add_option("--ca", request->ca,
                   "certificate authorities (PEM) to trust instead of the system's")
      ->envname("KEYTURN_CA");
  command->add_option("--certificate", request->certificate,
                      "a client certificate (PEM) that the charter names");
  command->add_option("--key", request->key, "its private key (PEM)");
  command->add_option("--body-file", request->body_file, "the body; - for standard input");
  command->add_option("--header", request->headers, "a further field, `name: value`");
  command->add_flag("!--no-follow", request->follow, "print the first answer, even a 303");
  command->add_option("--timeout", request->timeout_seconds, "seconds in all")
      ->capture_default_str();
  command->callback([request, &chosen] { chosen = [request] { return call(*request); }; });
}

// --- The command line, told to others ------------------------------------------------------------

const std::vector<std::string> shells = {"bash", "zsh", "fish"};

OptionModel model_of(const CLI::Option& option) {
  OptionModel model;
  model.positional = option.get_positional();
  if (model.positional) {
    model.names.push_back(option.get_name(true));
  } else {
    for (const std::string& name : option.get_snames()) model.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) model.names.push_back("--" + name);
  }
  model.takes_value = option.get_items_expected_max() > 0;
  model.required = option.get_required();
  model.repeats = option.get_expected_max() > 1;
  model.what = option.get_description();
  model.default_value = option.get_default_str();
  model.environment = option.get_envname();
  return model;
}

CommandModel model_of(const CLI::App& app) {
  CommandModel model;
  model.name = app.get_name();
  model.what = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    model.options.push_back(model_of(*option));
    if (app.get_name() == "completion" && option->get_positional()) {
      model.options.back().choices = shells;
    }
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    model.commands.push_back(model_of(*command));
  }
  return model;
}

void add_documentation(CLI::App& app, Chosen& chosen) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "print a shell's completion script");
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember(shells));
  completion->callback([shell, &app, &chosen] {
    chosen = [shell, &app] { return print(completion_script(model_of(app), *shell)); };
  });

  auto options = std::make_shared<Man>();
  CLI::App* command = app.add_subcommand("man", "print a man page (roff), for `man -l -`");
  command->add_option("command", options->command, "which one's, such as `charter check`");
  command->add_option("--all", options->folder, "write every page into this folder");
  command->callback([options, &app, &chosen] {
    chosen = [options, &app] { return man(model_of(app), *options); };
  });
}

// The first word that should be a command and is none, with the nearest one; nullopt: all are.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  std::string path = app.get_name();
  for (int i = 1; i < argc && argv[i][0] != '-' && at->get_require_subcommand_min() > 0; ++i) {
    const CLI::App* found = nullptr;
    std::vector<std::string_view> names;
    const auto commands = at->get_subcommands({});
    for (const CLI::App* command : commands) {
      names.push_back(command->get_name());
      if (names.back() == argv[i]) found = command;
    }
    if (found == nullptr) {
      return quoted(argv[i]) + " is no command of `" + path + "`" + suggestion(argv[i], names) +
             " (`--help` lists them)";
    }
    at = found;
    path += " " + found->get_name();
  }
  return std::nullopt;
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("a multi-party authorization gateway for AI command", "keyturn");
  app.require_subcommand(1);
  app.set_version_flag("--version", "keyturn " + std::string(version()));
  Chosen chosen;
  add_setup(app, chosen);
  add_charter(app, chosen);
  add_daemons(app, chosen);
  add_reads(app, chosen);
  add_words(app, chosen);
  add_journal(app, chosen);
  add_small(app, chosen);
  add_documentation(app, chosen);
  if (const auto unknown = unknown_command(app, argc, argv)) return fail(*unknown);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error) == 0 ? 0 : 2;
    if (const std::string nearest = suggested(app); status != 0 && !nearest.empty())
      std::fprintf(stderr, "keyturn: %s\n", nearest.c_str());
    return status;
  }
  return chosen();
}

}  // namespace keyturn::cli
