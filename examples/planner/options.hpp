// SPDX-License-Identifier: BSL-1.0
/// The command line of shardline-plan as data.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/plan/search.hpp"
#include "shardline/plan/simulation.hpp"
#include "shardline/shardline.hpp"
#include "words.hpp"

namespace planner {

/// Each alternative is a policy of its own type, or the engine whose fitted one is taken:
/// std::visit picks the estimator made for it.
using efficiency =
    std::variant<shardline::datasheet, shardline::constant, const shardline::engine_version*>;

enum class task : unsigned char {
  estimate,
  search,
  merge,
  pools,
  recommend,
  launch,
  compare,
  explain,
  sensitivity,
  fit,
  batch,
  list
};

/// How a result is printed.
enum class output_form : unsigned char { text, json, csv, markdown };

/// What a launch says beside what is priced.
///   format      "shell", "slurm", "lws", "dynamo" or "llm-d"
///   checkpoint, draft   what the engine loads, and what guesses ahead
///   quantised   whether the engine quantises the checkpoint itself
///   context     longest sequence that was asked for; 0: that of the load
///   adapters, adapter_rank   of LoRA, held at once
///   host_cache  a GPU's part of the hosts' memory for keys and values; 0: not said
///   gpus_per_host   of the machines that programs are started on
struct launch_options {
  std::string format{};
  std::string checkpoint{};
  std::string draft{};
  bool quantised = false;
  shardline::integer context = 0;
  shardline::integer adapters = 0;
  shardline::integer adapter_rank = 16;
  shardline::bytes<> host_cache{};
  shardline::integer gpus_per_host = 8;
};

/// What a search or a recommendation goes by beside the rules.
///   objective   "throughput", "users", "goodput", "cost", "gpus", "ttft" or "tpot"
///   p99_ttft, p99_tpot   longest times that 99 of 100 simulated requests may take
///   part        of a search, where only one is asked for
///   jobs        threads of a search
///   parts       files of parts that are merged
///   own_chunk   whether a step's tokens are the engine's own, which can differ with the layout
struct search_options {
  std::string objective = "throughput";
  std::optional<shardline::seconds<>> p99_ttft{};
  std::optional<shardline::seconds<>> p99_tpot{};
  std::optional<shardline::search_part> part{};
  shardline::integer jobs = 1;
  std::vector<std::string> parts{};
  bool own_chunk = true;
};

/// An instance that decodes in a layout of its own: the cluster with its engine, and its load.
struct decoding_pool {
  shardline::cluster cluster{};
  shardline::layout layout{};
  shardline::workload workload{};
};

/// What to do, and with what.
///   cluster         with the engine that runs on it
///   layout          of an estimate or a fit; default for a search
///   other_layout, other_workload   of a comparison: the second layout, and its load
///   decode_cluster  of pools that are sized: that which decodes, `cluster` reads prompts
///   prefill_gpus, decode_gpus   of an estimate with two pools; 0: prompts and tokens share the
///                   cluster
///   decoding        what decodes of two pools, where it is laid out otherwise than what reads
///   json            the result is printed as data, in `form`
///   frontier        a search shows what no other layout beats in both throughput and a user's rate
///   launchable      a search and a recommendation take only what `launch` can start
///   price           dollars per GPU and hour, where asked for
///   efficiency_given  what the user said of the efficiency, if anything
///   engine          the version that runs, none where only what any engine takes is reserved; and
///                   how it came to be taken: ", assumed because ..." or nothing
///   simulate        how to simulate single requests of an estimate, where that is asked for
///   notes           what a configuration file says that is not priced
///   chrome_trace    file that an explanation is written into as a trace; none where it is empty
///   html            file that a search is written into as a page; none where it is empty
///   given           options of a search, each with what stands behind it
///   listed          of a list: "models", "accelerators", "engines" or "fields"
struct options {
  planner::task task = planner::task::estimate;
  shardline::model model{};
  shardline::cluster cluster{};
  planner::efficiency efficiency{};
  shardline::workload workload{};
  shardline::layout layout{};
  shardline::layout other_layout{};
  shardline::workload other_workload{};
  std::optional<shardline::cluster> decode_cluster{};
  shardline::integer prefill_gpus = 0;
  shardline::integer decode_gpus = 0;
  std::optional<decoding_pool> decoding{};
  std::size_t top = 10;
  bool json = false;
  output_form form = output_form::text;
  std::optional<double> price{};
  bool frontier = false;
  bool launchable = false;
  std::optional<std::string> efficiency_given{};
  const shardline::engine_version* engine = nullptr;
  std::string engine_assumption{};
  std::optional<shardline::simulation_options> simulate{};
  std::vector<std::string> notes{};
  std::string chrome_trace{};
  std::string html{};
  std::vector<std::pair<std::string, std::string>> given{};
  std::string listed{};
  launch_options launch{};
  search_options search{};

  /// Between which pipeline stages the engine sends caches; any where none is chosen.
  [[nodiscard]] shardline::staged_caches stages() const {
    return engine == nullptr ? shardline::staged_caches::any : engine->stages;
  }
};

/// Input that is refused: one line for the user, and the option or field that it is about.
struct bad_input {
  std::string line;
  std::string field{};
};

/// Reads the command line; none where it asked for help, which is then printed.
/// Throws bad_input, or unwritten where the help cannot be printed.
std::optional<options> read_options(int argc, char** argv);

/// An option of a command.
///   is_flag      it takes no value
///   repeats      it may be given as often as needed
struct known_option {
  std::string name;
  std::string description;
  bool required = false;
  bool is_flag = false;
  bool repeats = false;
};

/// Reads the options of an estimate from elsewhere than a command line.
class estimate_reader {
 public:
  estimate_reader();
  /// As the command line would be: throws bad_input where one is missing, or refused.
  [[nodiscard]] options read(const words& of) const;
  /// The option of this name, "--gpus"; null where there is none.
  [[nodiscard]] const known_option* find(std::string_view name) const;
  /// "model", "accelerator", ...
  [[nodiscard]] std::vector<std::string> all_names() const;
  /// "model, accelerator, ..."
  [[nodiscard]] std::string names() const;

 private:
  std::vector<known_option> known_;
};

}  // namespace planner
