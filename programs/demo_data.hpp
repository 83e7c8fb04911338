#pragma once
// A made-up French fund distributor: the same for the same seed, on every machine. No person, company or number of it
// is meant to exist: domains end in .example (RFC 2606), phones are of the ranges that France keeps for fiction (ARCEP
// decision 2018-0881), registration numbers are random with right check digits.

#include <cstdint>
#include <string>
#include <vector>

namespace alforis::programs {

/// One record: the id it is proposed under, and its JSON without a password. Or a move of one.
struct DemoRecord {
  std::string id;
  std::string body;
  std::string move = {};  ///< below the collection's path, such as `/{id}/sign`; empty: the record is created
};

struct DemoFirm {
  std::vector<DemoRecord> teams;          ///< 4; the same for every seed
  std::vector<DemoRecord> users;          ///< 12, with a team; the same for every seed
  std::vector<std::string> emails;        ///< of the users, in their order
  std::vector<DemoRecord> organisations;  ///< 300, owned by users or shared
  std::vector<DemoRecord> people;         ///< 900
  std::vector<DemoRecord> links;          ///< one or two of each person; each organisation has one primary
  std::vector<DemoRecord> produits;       ///< 60
  std::vector<DemoRecord> mandats;        ///< one of each fournisseur
  std::vector<DemoRecord> signings;       ///< moves of mandats, in this order: two thirds are signed,
  std::vector<DemoRecord> activations;    ///< half of those active,
  std::vector<DemoRecord> joinings;       ///< each with three produits
  std::vector<DemoRecord> interactions;   ///< 900
  std::vector<DemoRecord> tasks;          ///< 300
  std::vector<DemoRecord> completions;    ///< of about a third of them
  std::vector<DemoRecord> kpis;           ///< entered by hand: two months of each of 20 organisations
  std::vector<DemoRecord> views;          ///< 4 saved views that everybody sees
};

DemoFirm make_demo_firm(std::uint64_t seed);

}  // namespace alforis::programs
