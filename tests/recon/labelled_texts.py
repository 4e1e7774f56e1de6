"""
200 texts that people of a gift wholesaler wrote beside stock corrections, and what they meant.

From the lines at zero price of UCI Online Retail, December 2010 to December 2011 (Chen, UCI
Machine Learning Repository, CC BY 4.0): every distinct text of a negative line, every distinct
text of a positive line that names no goods, and 19 lines whose text is but the name of the goods.
They were labelled by reading them, before the reader was written. Where a text says two things,
the first is the label and the second is allowed too. `unknown` is the label of what says no cause:
questions, "adjustment", names of goods.
"""

from __future__ import annotations

from yipan.recon.rules import Cause

LABELS: dict[Cause, str] = {
    # Broken, spoilt, thrown away: gone and no scrap was written.
    Cause.UNRECORDED_SCRAP: (
        "damages|damaged|Damaged|thrown away|Unsaleable, destroyed.|damages?|wet damaged|smashed"
        "|wet pallet|crushed|wet/rusty|printing smudges/thrown away|damages wax|wet rusty"
        "|rusty throw away|faulty|mouldy, thrown away.|samples/damages"
        "|incorrectly made-thrown away.|Thrown away.|damages/display|damaged stock|broken"
        "|throw away|thrown away-can't sell.|thrown away-can't sell|cracked"
        "|POSSIBLE DAMAGES OR LOST?|DAMAGED|damages/showroom etc|damages/credits from ASOS."
        "|Thrown away-rusty|damages/dotcom?|Water damaged|water damage"
        "|Printing smudges/thrown away|mouldy, unsaleable.|Damages/samples|crushed ctn|Crushed"
        "|Dagamed|crushed boxes|WET/MOULDY|mouldy|Wet pallet-thrown away|Breakages|Damages"
        "|water damaged|rusty thrown away|wet?|wet|wet boxes|????damages????"
    ),
    # Gone, and nobody says how.
    Cause.SHRINKAGE: (
        "missing|?missing|???missing|MIA|?lost|Missing|can't find|???lost|missing?|?? missing"
        "|????missing|lost in space|lost??|lost"
    ),
    # Sold or marked as other goods.
    Cause.SKU_MIXUP: (
        "mixed up|label mix up|wrong barcode (22467)|wrong barcode|barcode problem|sold as 22467"
        "|wrong code?|wrong code|mix up with c|wrongly marked. 23343 in box|code mix up? 84930"
        "|wrongly coded-23343|20713 wrongly marked|20713|wrongly coded 20713"
        "|Wrongly mrked had 85123a in box|wrongly marked carton 22804|sold with wrong barcode"
        "|wrongly sold (22719) barcode|came coded as 20713|wrongly marked 23343|Marked as 23343"
        "|wrongly coded 23343|wrongly marked"
    ),
    # Sold as sets and booked as pieces, or the other way.
    Cause.UNIT_MIXUP: (
        "sold as set on dotcom|sold as 1|Dotcom set|wrongly sold as sets|Amazon sold sets"
        "|dotcom sold sets|wrongly sold sets|? sold as sets?|?sold as sets?|Dotcom sold in 6's"
        "|sold in set?|sold as set/6 by dotcom|sold as set on dotcom and amazon"
        "|sold as set by dotcom|Sold as 1 on dotcom"
    ),
    # Shown, given away, sent to the press.
    Cause.UNRECORDED_USE: (
        "Given away|showroom|Display|samples|Show Samples|?display?|mailout|mailout "
    ),
    # Goods went to, or came from, another channel or an order, without a paper of their own.
    Cause.MISSING_DOCUMENT: (
        "ebay|Dotcom sales|dotcom|Dotcom|re dotcom quick fix.|dotcom sales|amazon|Amazon|AMAZON"
        "|amazon sales|rcvd be air temp fix for dotcom sit|on cargo order"
        "|to push order througha s stock was |FBA|allocate stock for dotcom orders ta"
        "|add stock to allocate online orders|for online retail orders|Amazon Adjustment"
        "|amazon adjust|dotcomstock|John Lewis|dotcom adjust"
    ),
    # An entry before this one was wrong, and this one mends it.
    Cause.MISKEY: (
        "reverse 21/5/10 adjustment|incorrect stock entry.|reverse previous adjustment"
        "|OOPS ! adjustment|Incorrect stock entry.|re-adjustment|michel oops|Sale error"
        "|Lighthouse Trading zero invc incorr"
    ),
    # Credited, and the goods did not come back to stock.
    Cause.REFUND_WITHOUT_GOODS: (
        "MERCHANT CHANDLER CREDIT ERROR, STO|incorrectly credited C550456 see 47"
        "|stock creditted wrongly|incorrectly put back into stock"
    ),
    # Came back, and nobody put it into the book.
    Cause.UNRECORDED_RETURN: "did  a credit  and did not tick ret|returned",
    Cause.SHORT_RECEIPT: "Not rcvd in 10/11/2010 delivery",
    # The goods were there all the time.
    Cause.MISCOUNT: (
        "found some more on shelf|found|Found|had been put aside|FOUND|found box|Found in w/hse"
        "|Had been put aside.|Found by jackie"
    ),
    Cause.UNKNOWN: (
        "check|?|??|CHECK|counted|stock check|adjustment|mystery! Only ever imported 1800|adjust"
        "|taig adjust no stock|temp adjustment|test|historic computer difference?....se|???"
        "|Adjustment|taig adjust|alan hodge cant mamage this section|website fixed|check?"
        "|TRAVEL CARD WALLET DOTCOMGIFTSHOP"
        # Goods, and no word on what became of them.
        "|ROUND CAKE TIN VINTAGE GREEN|CREAM SWEETHEART LETTER RACK"
        "|ZINC WILLIE WINKIE  CANDLE STICK|BOX OF 24 COCKTAIL PARASOLS|DOORMAT ENGLISH ROSE "
        "|DOORMAT 3 SMILEY CATS|GREEN REGENCY TEACUP AND SAUCER|FRENCH BLUE METAL DOOR SIGN 7"
        "|RED KITCHEN SCALES|SET OF 6 SOLDIER SKITTLES|CHILDS GARDEN TROWEL BLUE "
        "|PICNIC BASKET WICKER SMALL|EMPIRE UNION JACK TV DINNER TRAY|WATERING CAN PINK BUNNY"
        "|AIRLINE BAG VINTAGE JET SET WHITE|4 TRADITIONAL SPINNING TOPS"
        "|FULL ENGLISH BREAKFAST PLATE|DOORMAT AIRMAIL |GLASS JAR DIGESTIVE BISCUITS"
    ),
}

#: What a text says besides its label.
ALSO: dict[str, Cause] = {
    "samples/damages": Cause.UNRECORDED_USE,
    "Damages/samples": Cause.UNRECORDED_USE,
    "damages/display": Cause.UNRECORDED_USE,
    "damages/showroom etc": Cause.UNRECORDED_USE,
    "damages/dotcom?": Cause.MISSING_DOCUMENT,
    "damages/credits from ASOS.": Cause.UNRECORDED_RETURN,
    "POSSIBLE DAMAGES OR LOST?": Cause.SHRINKAGE,
}


def list_labelled() -> list[tuple[str, Cause]]:
    """Return each text with its label."""
    return [(text, cause) for cause, texts in LABELS.items() for text in texts.split("|")]
