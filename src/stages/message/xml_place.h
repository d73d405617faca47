/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_place.h -- where in a message of the WCO Data Model an element stands.
 *
 * In : an element, and which of the goods items and entries it is of.
 * Out: its path, as Declaration/GoodsShipment/GovernmentAgencyGoodsItem[2]/Destination/CountryCode.
 * Not: whether it is there.
 */
#ifndef TW_MESSAGE_XML_PLACE_H
#define TW_MESSAGE_XML_PLACE_H

#include "base/buf.h"
#include "decl/element.h"

/* Appends the path.
 * item   index of the goods item; NULL: of the header
 * entry  where the element is of a list: index of its object there
 * false: it has no place of its own, and nothing is appended. */
bool tw_xml_place(enum tw_element e, const size_t *item, size_t entry, struct tw_buf *out);

#endif
