// Collectives inside a scale-up domain: op_nccl.csv and op_custom_allreduce.csv.
#include <map>
#include <stdexcept>
#include <string>

#include "families.hpp"
#include "policies.hpp"
#include "shardline/catalog/fitted/collectives.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using shardline::collective_kind;
using shardline::count;

collective_kind kind_of(const std::string& name) {
  if (name == "all_reduce") return collective_kind::all_reduce;
  if (name == "all_gather") return collective_kind::all_gather;
  if (name == "reduce_scatter") return collective_kind::reduce_scatter;
  if (name == "alltoall") return collective_kind::all_to_all;
  throw std::invalid_argument("op_name: " + name +
                              "; allowed: all_reduce, all_gather, reduce_scatter, alltoall");
}

observation observed_collective(const kernels& k, const shardline::collective<double>& op,
                                double measured) {
  observation o;
  o.measured = measured;
  o.fitted = time_of(shardline::make_cluster(k.fitted, op.group.size), op).value();
  // The wire alone: no latency, which `constant` adds by itself.
  auto c = shardline::make_cluster(k.bare, op.group.size);
  c.scale_up.latency = {};
  o.memory = time_of(c, op).value();
  return o;
}

constexpr double small_message = 65536.0;

std::string size_class(double message) {
  return message > small_message ? ", above 64 KiB" : ", up to 64 KiB";
}

void add_library(const std::string& file, std::map<std::string, family>& by_name) {
  table<5> rows(file, {"system", "op_name", "num_gpus", "message_bytes", "latency_us"});
  while (rows.next()) {
    kernels k = kernels_of(rows.word(0), "nccl");
    k.fitted.efficiency.collectives = k.bare.name == "a100-sxm"
                                          ? shardline::catalog::curves::a100_nccl
                                          : shardline::catalog::curves::h100_nccl;
    const double message = rows.number(3);
    const shardline::collective<double> op{kind_of(rows.word(1)),
                                           {static_cast<count>(rows.number(2)), 1},
                                           shardline::bytes<>::from_value(message)};
    by_name["NCCL " + rows.word(1) + size_class(message)].rows.push_back(
        observed_collective(k, op, rows.number(4) * 1e-6));
  }
}

// All-reduces of the engines themselves, in CUDA graphs.
void add_engines(const std::string& file, std::map<std::string, family>& by_name) {
  table<6> rows(file, {"system", "framework_version", "kernel_source", "num_gpus", "message_bytes",
                       "latency_us"});
  while (rows.next()) {
    if (rows.word(2).find("eager") != std::string::npos) continue;
    const kernels k = kernels_of(rows.word(0), rows.word(1));
    const double message = rows.number(4);
    const shardline::collective<double> op{collective_kind::all_reduce,
                                           {static_cast<count>(rows.number(3)), 1},
                                           shardline::bytes<>::from_value(message)};
    by_name["all-reduce of " + k.engine + size_class(message)].rows.push_back(
        observed_collective(k, op, rows.number(5) * 1e-6));
  }
}

}  // namespace

std::vector<family> collective_families(const std::string& folder) {
  std::map<std::string, family> by_name;
  add_library(folder + "/op_nccl.csv", by_name);
  add_engines(folder + "/op_custom_allreduce.csv", by_name);
  return values_of(by_name);
}

}  // namespace accuracy
