/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "decl/act.h"
#include "decl/manifest.h"
#include "decl/movement.h"

static void check_vocabulary(const struct tw_vocabulary *v, size_t n)
{
    CHECK(v->n == n && v->name[0] != '\0');
    for (size_t i = 0; i < n; i++) {
        size_t back = n;
        CHECK(v->at[i].code[0] != '\0' && v->at[i].words[0] != '\0');
        CHECK(tw_vocabulary_find(v, tw_str_from(v->at[i].code), &back, NULL) == TW_OK && back == i);
    }
}

static void every_code_reads_back_as_itself(void)
{
    check_vocabulary(tw_bill_vocabulary(), TW_BILL_N);
    check_vocabulary(tw_subject_vocabulary(), TW_SUBJECT_N);
    check_vocabulary(tw_event_vocabulary(), TW_EVENT_N);
    check_vocabulary(tw_timing_vocabulary(), TW_TIMING_N);
    check_vocabulary(tw_control_vocabulary(), TW_CONTROL_N);
    check_vocabulary(tw_action_vocabulary(), TW_ACTION_N);
    check_vocabulary(tw_result_vocabulary(), TW_RESULT_N);
}

static void container_events_are_known_by_their_dcsa_codes(void)
{
    enum tw_event event = TW_EVENT_N;
    enum tw_timing timing = TW_TIMING_N;
    CHECK(tw_event_from_dcsa(TW_STR("GTOT"), &event, NULL) == TW_OK && event == TW_EVENT_GATE_OUT);
    CHECK(tw_event_from_dcsa(TW_STR("ARRI"), &event, NULL) == TW_OK && event == TW_EVENT_ARRIVED);
    CHECK(tw_timing_from_dcsa(TW_STR("EST"), &timing, NULL) == TW_OK && timing == TW_TIMING_ESTIMATED);
    CHECK(tw_event_from_dcsa(TW_STR("WARP"), &event, NULL) == TW_NOTFOUND && event == TW_EVENT_ARRIVED);
    CHECK(tw_event_from_dcsa((struct tw_str){NULL, 0}, &event, NULL) == TW_NOTFOUND);
    CHECK(tw_timing_from_dcsa(TW_STR("MAYBE"), &timing, NULL) == TW_NOTFOUND &&
          timing == TW_TIMING_ESTIMATED);
}

int main(void)
{
    RUN(every_code_reads_back_as_itself);
    RUN(container_events_are_known_by_their_dcsa_codes);
    return DONE();
}
