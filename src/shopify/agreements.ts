/** An order's sales history: what was bought, edit by edit. */
import type { Agreement, Sale } from '../core/order.ts';
import type { Query } from './client.ts';
import { OrderAgreements, type OrderAgreementsQuery, type OrderAgreementsQueryVariables } from './generated.ts';
import { allNodes, nextCursor, present, whole, type Page } from './pages.ts';
import { amountOf, idOf } from './to-order.ts';

type AgreementNode = NonNullable<OrderAgreementsQuery['order']>['agreements']['nodes'][number];
type SaleNode = AgreementNode['sales']['nodes'][number];

/** Enough for an upsell or two; about 36 points. */
const USUAL = { first: 5, sales: 10 };
/** A cursor of sales belongs to one agreement, so more of them are read with that agreement alone. */
const ALONE = { first: 1, sales: 100 };

/** Every agreement with every sale, oldest first. Throws when something is missing. */
export async function readAgreements(query: Query, orderId: string): Promise<Agreement[]> {
  async function read(variables: Omit<OrderAgreementsQueryVariables, 'id'>): Promise<Page<AgreementNode>> {
    const { order } = whole(await query(OrderAgreements, { id: `gid://shopify/Order/${orderId}`, ...variables }));
    return present(order).agreements;
  }

  async function salesOf(agreement: AgreementNode, after: string | null): Promise<SaleNode[]> {
    return await allNodes(agreement.sales, async (salesAfter) => {
      const [same] = (await read({ ...ALONE, after, salesAfter })).nodes;
      return same?.id === agreement.id ? same.sales : null;
    });
  }

  const agreements: Agreement[] = [];
  for (let after: string | null = null, more = true; more;) {
    let page: Page<AgreementNode> = await read({ ...USUAL, after });
    if (page.nodes.some((agreement) => agreement.sales.pageInfo.hasNextPage)) page = await read({ ...ALONE, after });
    for (const agreement of page.nodes) agreements.push(toAgreement(agreement, await salesOf(agreement, after)));
    const next = nextCursor(page, after);
    more = next !== null;
    after = next;
  }
  return agreements;
}

function toAgreement({ reason, happenedAt }: AgreementNode, sales: SaleNode[]): Agreement {
  return { reason, happenedAt, sales: sales.map(toSale) };
}

function toSale(sale: SaleNode): Sale {
  return {
    action: sale.actionType,
    lineType: sale.lineType,
    lineId: 'lineItem' in sale ? idOf(sale.lineItem.id) : null,
    quantity: sale.quantity,
    total: amountOf(sale.totalAmount),
    tax: amountOf(sale.totalTaxAmount),
    discountBeforeTaxes: amountOf(sale.totalDiscountAmountBeforeTaxes),
    discountAfterTaxes: amountOf(sale.totalDiscountAmountAfterTaxes),
  };
}
