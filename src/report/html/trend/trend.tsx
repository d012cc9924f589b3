import { render } from 'preact';
import { type TrendData, trendElementId } from '../trend-data.ts';
import { TrendApp } from './trend-app.tsx';
import '../page/page.css';
import './trend.css';

const data: TrendData = JSON.parse(document.getElementById(trendElementId)?.textContent ?? '');
const place = document.getElementById('page');
if (place !== null) render(<TrendApp {...data} />, place);
