/* SPDX-License-Identifier: Apache-2.0 */
#include "message/xml_place.h"

#include "check.h"

static void expect(enum tw_element e, const size_t *item, size_t entry, const char *want)
{
    char text[256];
    struct tw_buf out = tw_buf_in(text, sizeof text);
    CHECK(tw_xml_place(e, item, entry, &out) == (want[0] != '\0'));
    CHECK(tw_str_is(tw_buf_view(&out), want));
}

static void an_element_has_its_path(void)
{
    const size_t second = 1;
    expect(TW_ELEMENT_TYPE, NULL, 0, "Declaration/TypeCode");
    expect(TW_ELEMENT_LODGED_AT, NULL, 0, "Declaration/AcceptanceDateTime/DateTimeString");
    expect(
        TW_ELEMENT_NET_MASS_KG, &second, 0,
        "Declaration/GoodsShipment/GovernmentAgencyGoodsItem[2]/Commodity/GoodsMeasure/NetNetWeightMeasure");
    expect(TW_ELEMENT_PRICE_CURRENCY, &second, 0,
           "Declaration/GoodsShipment/GovernmentAgencyGoodsItem[2]/Commodity/InvoiceLine/ItemChargeAmount");
}

static void a_list_s_entry_is_numbered_where_it_stands(void)
{
    const size_t first = 0;
    expect(TW_ELEMENT_DOCUMENT__ID, NULL, 2, "Declaration/AdditionalDocument[3]/ID");
    expect(TW_ELEMENT_DOCUMENT__ID, &first, 2,
           "Declaration/GoodsShipment/GovernmentAgencyGoodsItem[1]/AdditionalDocument[3]/ID");
    expect(TW_ELEMENT_CONTAINER__ID, NULL, 0,
           "Declaration/GoodsShipment/Consignment/TransportEquipment[1]/ID");
}

static void what_pairs_make_is_at_their_group(void)
{
    const size_t first = 0;
    expect(TW_ELEMENT_HS, &first, 0,
           "Declaration/GoodsShipment/GovernmentAgencyGoodsItem[1]/Commodity/Classification");
    expect(TW_ELEMENT_PROCEDURE, &first, 0,
           "Declaration/GoodsShipment/GovernmentAgencyGoodsItem[1]/GovernmentProcedure");
}

static void what_a_message_has_no_place_for_has_none(void)
{
    const size_t first = 0;
    expect(TW_ELEMENT_VOYAGE, NULL, 0, "");
    expect(TW_ELEMENT_WAREHOUSE, &first, 0, ""); /* the header's */
}

int main(void)
{
    RUN(an_element_has_its_path);
    RUN(a_list_s_entry_is_numbered_where_it_stands);
    RUN(what_pairs_make_is_at_their_group);
    RUN(what_a_message_has_no_place_for_has_none);
    return DONE();
}
