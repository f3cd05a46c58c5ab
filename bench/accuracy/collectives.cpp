// Collectives inside a scale-up domain: op_nccl.csv and op_custom_allreduce.csv (in CUDA graphs),
// nccl_h100.csv (called one by one, rounded to 1 us), allreduce_sweeps.csv (H200) and
// vidur_collectives.csv.
//
// Set apart: of nccl_h100.csv all-to-alls of `float` rows that take over 1.8 times as long as the
// same bytes of `half`; of vidur_collectives.csv all-reduces below 8 MB, which are not monotone in
// their size (10 us for 2 KB, 60 us for 34 KB, 27 us for 264 KB).
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "constants.hpp"
#include "families.hpp"
#include "policies.hpp"
#include "shardline/chips/a100_sxm.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/fabric/collectives.hpp"
#include "study.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

namespace curves = shardline::catalog::curves;
using shardline::collective_kind;
using shardline::count;
using shardline::seconds;
using constants_of_library = shardline::collective_curve<>;

// How a benchmark calls the collective: in a CUDA graph, one by one, or in a loop of torch's.
enum class call : unsigned char { graph, stream, loop };

// A library's curve, and what a call outside a graph takes beside it.
struct curve {
  constants_of_library of{};
  seconds<> stream{};
  seconds<> loop{};
};

struct exchange {
  std::shared_ptr<const kernels> on{};
  std::shared_ptr<shardline::fitted_cluster<double>> trial{};  // for curves to be tried in
  shardline::collective<double> op{};
  call called = call::graph;
  bool ring_only = false;  // the reduction inside the switch is turned off
};

double predicted(const curve& c, const exchange& e) {
  auto& tried = e.trial->accelerator.efficiency.collectives;
  tried = c.of;
  if (e.ring_only) tried.switch_share = 0.0;
  const seconds<> calling = e.called == call::stream ? c.stream
                            : e.called == call::loop ? c.loop
                                                     : seconds<>{};
  return (time_of(*e.trial, e.op) + calling).value();
}

// The wire alone: no latency, which `constant` adds by itself.
double wire(const exchange& e) {
  auto c = shardline::make_cluster(e.on->bare, e.op.group.size);
  c.scale_up.latency = {};
  return time_of(c, e.op).value();
}

template <class Member>
constant<curve> of_library(const std::string& name, Member at, const indices& in, double start,
                           double lowest, double highest) {
  const auto inner = shared<constants_of_library>(name, at, {0}, start, lowest, highest);
  return {inner.of, in,
          [=](const std::vector<curve>& all) { return inner.get({all[in.front()].of}); },
          [=](std::vector<curve>& all, double value) {
            std::vector<constants_of_library> one(1);
            for (const std::size_t i : in) {
              one.front() = all[i].of;
              inner.put(one, value);
              all[i].of = one.front();
            }
          }};
}

template <class Value>
member<curve> in_library(const char* name, Value constants_of_library::*at) {
  const member<constants_of_library> inner{name, at};
  return {name, [inner](const curve& c) { return inner.text(c.of); }};
}

const std::vector<std::string> names{"a100_nccl",         "h100_nccl", "a100_vllm",
                                     "a100_tensorrt_llm", "h100_vllm", "h100_tensorrt_llm"};
const indices everywhere{0, 1, 2, 3, 4, 5};
const indices on_h100{1, 4, 5};
const indices in_engines{2, 3, 4, 5};

// Launches and setting up are quicker on H100, by one factor: applied after what it multiplies.
constant<curve> quicker_launches() {
  return {{"launches of H100 over A100's", 0.6, 0.1, 1.5},
          on_h100,
          [](const std::vector<curve>& all) { return all[1].of.launch / all[0].of.launch; },
          [](std::vector<curve>& all, double factor) {
            for (const std::size_t i : on_h100) {
              constants_of_library& c = all[i].of;
              c.launch = c.launch * factor;
              c.start_bulk = c.start_bulk * factor;
              c.fill = c.fill * factor;
            }
          }};
}

void add_ring(std::vector<constant<curve>>& all) {
  using c = constants_of_library;
  all.push_back(of_library("launch", &c::launch, everywhere, 10.0, 1.0, 60.0));
  all.push_back(of_library("start_bulk", &c::start_bulk, everywhere, 12.0, 0.0, 80.0));
  all.push_back(of_library("fill", &c::fill, everywhere, 8.0, 0.0, 80.0));
  all.push_back(quicker_launches());
  all.push_back(of_library("hop", &c::hop, everywhere, 1.0, 0.0, 10.0));
  all.push_back(of_library("hop_line", &c::hop_line, everywhere, 1.0, 0.0, 10.0));
  all.push_back(of_library("hop_bulk", &c::hop_bulk, everywhere, 1.0, 0.0, 10.0));
  all.push_back(of_library("start_line", &c::start_line, everywhere, 0.5, 0.0, 10.0));
  all.push_back(of_library("flag_share", &c::flag_share, everywhere, 0.05, 0.005, 0.5));
  all.push_back(of_library("line_share", &c::line_share, everywhere, 0.4, 0.05, 1.0));
  all.push_back(of_library("bulk_share of A100", &c::bulk_share, {0, 2, 3}, 0.8, 0.3, 1.0));
  all.push_back(of_library("bulk_share of H100", &c::bulk_share, on_h100, 0.8, 0.3, 1.0));
  all.push_back(of_library("copy_share", &c::copy_share, everywhere, 0.5, 0.1, 1.0));
  all.push_back(of_library("own_scatter", &c::own_scatter, everywhere, 0.8, 0.0, 3.0));
  all.push_back(of_library("own_flag", &c::own_flag, everywhere, 1.0, 0.0, 4.0));
}
void add_pairs(std::vector<constant<curve>>& all) {
  using c = constants_of_library;
  all.push_back(of_library("peer", &c::peer, everywhere, 0.4, 0.0, 5.0));
  all.push_back(of_library("pair", &c::pair, everywhere, 2.0, 0.0, 20.0));
  all.push_back(of_library("peer_share", &c::peer_share, everywhere, 0.015, 0.001, 0.2));
  all.push_back(of_library("own_exchange", &c::own_exchange, everywhere, 0.8, 0.0, 3.0));
  all.push_back(of_library("incast", &c::incast, everywhere, 0.1, 0.0, 1.0));
}
void add_switch(std::vector<constant<curve>>& all) {
  using c = constants_of_library;
  all.push_back(of_library("switch_start", &c::switch_start, on_h100, 40.0, 0.0, 200.0));
  all.push_back(of_library("switch_fill", &c::switch_fill, on_h100, 5.0, 0.0, 80.0));
  all.push_back(of_library("switch_share", &c::switch_share, on_h100, 0.7, 0.2, 1.0));
}
void add_engines(std::vector<constant<curve>>& all) {
  using c = constants_of_library;
  all.push_back(of_library("engine_launch of A100", &c::engine_launch, {2, 3}, 4.0, 0.0, 20.0));
  all.push_back(of_library("engine_launch of H100", &c::engine_launch, {4, 5}, 3.0, 0.0, 20.0));
  all.push_back(of_library("engine_rank", &c::engine_rank, in_engines, 0.2, 0.0, 5.0));
  all.push_back(of_library("engine_barrier", &c::engine_barrier, {2, 4}, 1.0, 0.0, 10.0));
  all.push_back(of_library("engine_second", &c::engine_second, in_engines, 5.0, 0.0, 40.0));
  all.push_back(of_library("one_shot_share", &c::one_shot_share, in_engines, 0.6, 0.1, 1.0));
  all.push_back(of_library("two_shot_share", &c::two_shot_share, in_engines, 0.7, 0.1, 1.0));
}

study<curve, exchange> collective_study() {
  const curve nccl_a100{curves::a100_nccl, shardline::seconds<>::from_value(1.464e-6), {}};
  study<curve, exchange> s{names, {}, {}, {}, &predicted};
  for (const auto& c : {curves::a100_nccl, curves::h100_nccl, curves::a100_vllm,
                        curves::a100_tensorrt_llm, curves::h100_vllm, curves::h100_tensorrt_llm}) {
    s.curves.push_back({c, nccl_a100.stream, seconds<>::from_value(18.33e-6)});
  }
  add_ring(s.constants);
  add_pairs(s.constants);
  add_switch(s.constants);
  add_engines(s.constants);
  s.constants.push_back(
      shared("a call outside a graph", &curve::stream, everywhere, 1.5, 0.0, 40.0));
  s.constants.push_back(
      shared("a call of torch's loop", &curve::loop, everywhere, 15.0, 0.0, 90.0));
  return s;
}

collective_kind kind_of(const std::string& name) {
  if (name == "all_reduce") return collective_kind::all_reduce;
  if (name == "all_gather") return collective_kind::all_gather;
  if (name == "reduce_scatter") return collective_kind::reduce_scatter;
  if (name == "alltoall") return collective_kind::all_to_all;
  if (name == "sendrecv" || name == "send_recv") return collective_kind::send_recv;
  throw std::invalid_argument("collective: " + name +
                              "; allowed: all_reduce, all_gather, "
                              "reduce_scatter, alltoall, sendrecv");
}

// Rows of all files.
class collector {
 public:
  explicit collector(study<curve, exchange>& s) : study_(s) {}

  void add(const std::string& curve_name, const std::string& source, const std::string& kind,
           double ranks, double message, double seconds_measured,
           const std::shared_ptr<const kernels>& on, call called = call::graph,
           bool ring_only = false, bool apart = false) {
    constexpr double small_message = 65536.0;
    const auto cluster = shardline::make_cluster(on->fitted, static_cast<count>(ranks));
    const exchange e{
        on,
        std::make_shared<shardline::fitted_cluster<double>>(cluster),
        {kind_of(kind), {static_cast<count>(ranks), 1}, shardline::bytes<>::from_value(message)},
        called,
        ring_only};
    const std::size_t at = index_of(curve_name);
    observation seen;
    seen.measured = seconds_measured;
    seen.fitted = predicted(study_.curves[at], e);
    seen.memory = wire(e);
    seen.apart = apart;
    const std::string size = message > small_message ? "above 64 KiB" : "up to 64 KiB";
    study_.samples.push_back(
        {at, e, on->gpu(), source + " " + kind + " of " + std::to_string(static_cast<int>(ranks)),
         "collectives " + size, source + ", " + kind, "collectives " + size, like(curve_name), seen,
         !apart});
  }

 private:
  static std::size_t index_of(const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return static_cast<std::size_t>(found - names.begin());
  }
  static std::string like(const std::string& name) {
    return (name.front() == 'a' ? "h100" : "a100") + name.substr(4);
  }

  study<curve, exchange>& study_;
};

std::string on_gpu(const kernels& k, const std::string& library) {
  return (k.is_a100() ? "a100_" : "h100_") + library;
}

std::shared_ptr<const kernels> bare_kernels(const shardline::accelerator& gpu) {
  auto k = std::make_shared<kernels>();
  k->bare = gpu;
  k->fitted = shardline::with_fitted_kernels(gpu);
  return k;
}

void add_graphs(const std::string& file, collector& all) {
  table<5> rows(file, {"system", "op_name", "num_gpus", "message_bytes", "latency_us"});
  while (rows.next()) {
    const auto on = kernels_of(rows.word(0), "nccl");
    all.add(on_gpu(*on, "nccl"), "NCCL", rows.word(1), rows.number(2), rows.number(3),
            rows.number(4) * 1e-6, on);
  }
}

// All-reduces of the engines themselves.
void add_engines(const std::string& file, collector& all, std::vector<omission>& omitted) {
  table<6> rows(file, {"system", "framework_version", "kernel_source", "num_gpus", "message_bytes",
                       "latency_us"});
  while (rows.next()) {
    if (rows.word(2).find("eager") != std::string::npos) {
      omit(omitted, "engines' all-reduces launched one by one: the host's time");
      continue;
    }
    const auto on = kernels_of(rows.word(0), rows.word(1));
    all.add(on_gpu(*on, on->is_vllm() ? "vllm" : "tensorrt_llm"), on->engine, "all_reduce",
            rows.number(3), rows.number(4), rows.number(5) * 1e-6, on);
  }
}

using call_key = std::array<std::string, 3>;
std::map<call_key, double> half_calls(const std::string& file) {
  std::map<call_key, double> found;
  table<5> rows(file, {"collective", "gpus_per_node", "dtype", "size_kb", "time_us"});
  while (rows.next()) {
    if (rows.word(2) == "half") {
      found[{rows.word(0), rows.word(1), rows.word(3)}] = rows.number(4);
    }
  }
  return found;
}

void add_calls(const std::string& file, collector& all, std::vector<omission>& omitted) {
  const auto half = half_calls(file);
  const auto on = kernels_of("h100_sxm", "nccl");
  table<5> rows(file, {"collective", "gpus_per_node", "dtype", "size_kb", "time_us"});
  while (rows.next()) {
    if (rows.number(3) == 0.0) {
      omit(omitted, "messages of no size");
      continue;
    }
    const auto same_bytes = half.find({rows.word(0), rows.word(1), rows.word(3)});
    const bool apart = rows.word(0) == "alltoall" && same_bytes != half.end() &&
                       rows.number(4) > 1.8 * same_bytes->second;
    all.add("h100_nccl", "NCCL called", rows.word(0), rows.number(1), rows.number(3) * 1024.0,
            rows.number(4) * 1e-6, on, call::stream, false, apart);
  }
}

void add_sweeps(const std::string& file, collector& all) {
  const auto on = bare_kernels(shardline::catalog::h200_sxm);
  table<6> rows(file,
                {"collective", "world", "nccl_algo", "payload_bytes", "time_us_derived", "note"});
  while (rows.next()) {
    const bool loop = rows.word(5).find("bench") != std::string::npos;
    all.add("h100_nccl", "NCCL on H200", rows.word(0), rows.number(1), rows.number(3),
            rows.number(4) * 1e-6, on, loop ? call::loop : call::stream,
            rows.word(2).starts_with("Ring"));
  }
}

void add_vidur(const std::string& file, collector& all, std::vector<omission>& omitted) {
  table<6> rows(
      file, {"system", "collective", "num_workers", "num_nodes", "size_bytes", "time_ms_median"});
  while (rows.next()) {
    const bool a100 = rows.word(0) == "a100_dgx";
    if (rows.word(3) != "1") {
      omit(omitted, "two nodes of a cloud whose network the file does not state");
    } else if (!a100 && rows.word(0) != "h100_dgx") {
      omit(omitted, "pairs of PCIe boards, bridged or not: no accelerator of the catalog");
    } else {
      const bool apart = rows.word(1) == "all_reduce" && rows.number(4) < 8e6;
      const auto on = kernels_of(a100 ? "a100_sxm" : "h100_sxm", "nccl");
      all.add(on_gpu(*on, "nccl"), "NCCL of Vidur", rows.word(1), rows.number(2), rows.number(4),
              rows.number(5) * 1e-3, on, call::graph, false, apart);
    }
  }
}

study<curve, exchange> read(const std::string& folder, std::vector<omission>& omitted) {
  study<curve, exchange> s = collective_study();
  collector all(s);
  add_graphs(folder + "/op_nccl.csv", all);
  add_engines(folder + "/op_custom_allreduce.csv", all, omitted);
  add_calls(folder + "/nccl_h100.csv", all, omitted);
  add_sweeps(folder + "/allreduce_sweeps.csv", all);
  add_vidur(folder + "/vidur_collectives.csv", all, omitted);
  return s;
}

}  // namespace

scores collective_scores(const std::string& folder) {
  scores found;
  std::vector<omission> omitted;
  add_scores(studies<curve, exchange>{read(folder, omitted)}, found);
  found.shapes.back().omitted = omitted;
  return found;
}

std::string collective_constants(const std::string& folder) {
  using c = constants_of_library;
  const std::vector<member<curve>> members{in_library("launch", &c::launch),
                                           in_library("hop", &c::hop),
                                           in_library("hop_line", &c::hop_line),
                                           in_library("hop_bulk", &c::hop_bulk),
                                           in_library("start_line", &c::start_line),
                                           in_library("start_bulk", &c::start_bulk),
                                           in_library("fill", &c::fill),
                                           in_library("peer", &c::peer),
                                           in_library("pair", &c::pair),
                                           in_library("flag_share", &c::flag_share),
                                           in_library("line_share", &c::line_share),
                                           in_library("bulk_share", &c::bulk_share),
                                           in_library("peer_share", &c::peer_share),
                                           in_library("copy_share", &c::copy_share),
                                           in_library("own_scatter", &c::own_scatter),
                                           in_library("own_exchange", &c::own_exchange),
                                           in_library("own_flag", &c::own_flag),
                                           in_library("incast", &c::incast),
                                           in_library("switch_start", &c::switch_start),
                                           in_library("switch_fill", &c::switch_fill),
                                           in_library("switch_share", &c::switch_share),
                                           in_library("engine_most", &c::engine_most),
                                           in_library("engine_launch", &c::engine_launch),
                                           in_library("engine_rank", &c::engine_rank),
                                           in_library("engine_barrier", &c::engine_barrier),
                                           in_library("engine_second", &c::engine_second),
                                           in_library("one_shot_share", &c::one_shot_share),
                                           in_library("two_shot_share", &c::two_shot_share)};
  std::vector<omission> omitted;
  return text_of("collective_curve<>", members, read(folder, omitted));
}

}  // namespace accuracy
