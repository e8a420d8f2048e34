// The facts of a filed request, drawn again [T9]: by officials before they sign, by auditors when
// they replay. Pure but for the parser's memory, which the caller keeps.
#pragma once

#include "gateway/journal/bodies.h"
#include "keyturn/result.h"
#include "policy/charter/charter.h"
#include "policy/request/extract.h"

namespace keyturn {

// Errors: corrupt (the record's endpoint is not the charter's), and those of Extractor::extract.
Result<void> draw_facts(const Charter& charter, const Extractor& extractor,
                        const BodyRecord& record, Extractor::Scratch& scratch, Facts& facts);

}  // namespace keyturn
